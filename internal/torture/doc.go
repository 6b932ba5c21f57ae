// Package torture ends, pauses, cuts off and starves real servers while people use them, and judges what became of
// their logins. Its tests are a short run; `make torture` is a long one.
//
// A World is an emulated Spotify, servers built with the tag failpoint (one on SQLite, or several on one PostgreSQL),
// and visitors who log in, look, log out and disconnect as long as it lasts. Each visitor keeps a diary, synced to
// disk, of what a server has answered: all of it must hold afterwards. Troubles (trouble.go) happen round by round.
//
// Three accounts are compared at the end (judge.go): the diaries; the witness at Spotify's door, which knows each
// token request and who sent it; and the traces of the servers, which say what was on disk when they died. A person
// who has to sign in again must be explained by them: Spotify replaced the refresh token, and its answer never reached
// a server that lived to save it.
package torture
