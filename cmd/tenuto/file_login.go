package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/tenuto-dev/tenuto/auth"
)

// fileLogin is the store of a login whose refresh token is in an INI file. Any number of processes
// share it: what they need beside the refresh token, an access token and whose turn it is to
// refresh, is in a record of the login store. Its refresh token is the newest; the file's follows.
//
// The file is the person's to change. A refresh token there that we have neither read nor written
// before is a new login, and takes the record's place. So every token is noted as seen before the
// file gets it.
type fileLogin struct {
	*auth.FileStore
	path  string
	fresh func(conf *auth.Config) (*auth.Record, error) // a login as the file has it
	note  func(text string)

	mu      sync.Mutex
	adopted bool
}

// fromFile uses the login in the INI file at path.
func (p *program) fromFile(s *saved, path string) error {
	where, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(where); err == nil {
		where = real
	}
	dir, err := p.configDir()
	if err != nil { // as in a container without a home
		dir = filepath.Join(filepath.Dir(where), ".tenuto")
	}
	files, err := loginFiles(filepath.Join(dir, "logins"))
	if err != nil {
		return err
	}
	s.where = path
	s.key = fmt.Sprintf("file %s of %s, public %v", where, s.conf.ClientID, s.conf.ClientSecret == "")
	s.file = &fileLogin{FileStore: files, path: path, fresh: s.recordOf, note: p.note}
	s.token = p.grants(s.cred, s.file).For(s.key)
	return nil
}

// putInFile keeps a fresh login in the INI file. It fails if the file cannot be written, for then
// it holds another login.
func (s *saved) putInFile(ctx context.Context, t *auth.Token) error {
	s.file.mu.Lock()
	s.file.adopted = true // whatever the file holds is replaced
	s.file.mu.Unlock()
	err := s.cred.Grants(s.file.FileStore).Put(ctx, s.key, t)
	if err == nil {
		err = s.file.seen(ctx, s.key, t.RefreshToken)
	}
	if err == nil {
		err = auth.SaveToFile(s.file.path)(ctx, t)
	}
	return err
}

// Load gives the record, begun with the file's login if that is new.
func (l *fileLogin) Load(ctx context.Context, key string) (*auth.Record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.adopted {
		done, err := l.adopt(ctx, key)
		if err != nil {
			return nil, err
		}
		l.adopted = done
	}
	return l.FileStore.Load(ctx, key)
}

// adopt makes the record the file's login if that was changed. Not done: another process was
// faster. The order of reading matters: a record that followed from the file's token was written
// after that token was noted.
func (l *fileLogin) adopt(ctx context.Context, key string) (done bool, err error) {
	conf, err := auth.ConfigFromFile(l.path)
	if err != nil {
		return false, err
	}
	version := ""
	rec, err := l.FileStore.Load(ctx, key)
	switch {
	case err == nil:
		version = rec.Version
	case !errors.Is(err, auth.ErrNotFound):
		return false, err
	}
	known, _, err := l.seenSoFar(ctx, key)
	if err != nil {
		return false, err
	}
	theirs := conf.RefreshToken
	switch {
	case theirs == "": // the file was emptied since the settings were read
		return true, nil
	case version != "" && slices.Contains(known, digest(theirs)):
		if rec, err = l.FileStore.Load(ctx, key); err == nil && rec.Token.RefreshToken != theirs {
			l.follow(ctx, rec.Token) // it could not be written before
		}
		return err == nil, err
	case version != "" && rec.Token.RefreshToken == theirs:
		return true, l.seen(ctx, key, theirs)
	}
	fresh, err := l.fresh(conf)
	if err != nil {
		return false, err
	}
	if err := l.FileStore.Swap(ctx, key, version, fresh); errors.Is(err, auth.ErrConflict) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, l.seen(ctx, key, theirs)
}

// Swap writes the record, and a new refresh token into the file.
func (l *fileLogin) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	old, err := l.FileStore.Load(ctx, key)
	if err != nil && !errors.Is(err, auth.ErrNotFound) {
		return err
	}
	if rotated := next.Dead == nil && (old == nil || old.Token.RefreshToken != next.Token.RefreshToken); !rotated {
		return l.FileStore.Swap(ctx, key, version, next)
	}
	if err := l.seen(ctx, key, next.Token.RefreshToken); err != nil {
		return err
	}
	if err := l.FileStore.Swap(ctx, key, version, next); err != nil {
		return err
	}
	l.follow(ctx, next.Token)
	return nil
}

// follow writes the newest refresh token into the file. If that fails nothing is lost: the record
// has it, and the next process tries again.
func (l *fileLogin) follow(ctx context.Context, t *auth.Token) {
	if err := auth.SaveToFile(l.path)(ctx, t); err != nil {
		l.note(fmt.Sprintf("%s has an outdated refresh token now, for it cannot be written (%v): this computer goes on with a copy of its own", l.path, err))
	}
}

// remembered is how many refresh tokens are known as seen.
const remembered = 64

// seen notes that refreshToken is ours, read from the file or about to be written there.
func (l *fileLogin) seen(ctx context.Context, key, refreshToken string) error {
	for {
		known, version, err := l.seenSoFar(ctx, key)
		if err != nil || slices.Contains(known, digest(refreshToken)) {
			return err
		}
		known = append(known, digest(refreshToken))
		known = known[max(0, len(known)-remembered):]
		err = l.FileStore.Swap(ctx, seenKey(key), version, &auth.Record{
			Version: rand.Text(), Token: &auth.Token{AccessToken: strings.Join(known, " ")},
		})
		if !errors.Is(err, auth.ErrConflict) {
			return err
		}
	}
}

// seenSoFar are the digests of the refresh tokens seen so far.
func (l *fileLogin) seenSoFar(ctx context.Context, key string) (known []string, version string, err error) {
	rec, err := l.FileStore.Load(ctx, seenKey(key))
	if errors.Is(err, auth.ErrNotFound) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	return strings.Fields(rec.Token.AccessToken), rec.Version, nil
}

// Delete forgets the record and what was seen.
func (l *fileLogin) Delete(ctx context.Context, key string) error {
	return errors.Join(l.FileStore.Delete(ctx, key), l.FileStore.Delete(ctx, seenKey(key)))
}

func seenKey(key string) string { return "seen in " + key }

func digest(refreshToken string) string {
	sum := sha256.Sum256([]byte(refreshToken))
	return hex.EncodeToString(sum[:])
}
