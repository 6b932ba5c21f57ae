package auth

// mode is how a provider treats refresh tokens.
type mode int

const (
	neverRotates mode = iota
	strict            // every token works once
	family            // the same, and using one twice ends the login
	grace             // the last token used works a little longer, with the same answer
	replay            // the last token used works again, and only the newest answer counts
)

// provider is what it knows: the logins, and the newest token of each.
type provider struct {
	logins [4]struct {
		newest   int8
		revoked  bool
		graceful bool // the token before the newest still works
	}
}

// refresh is the provider's answer to a refresh token; nil is a refusal.
func (p *provider) refresh(m mode, old *Token) *Token {
	login, n := old.RefreshToken[0]-'a', int8(old.RefreshToken[1]-'0')
	l := &p.logins[login]
	again := n == l.newest-1 && l.graceful
	switch {
	case l.revoked:
		return nil
	case m == neverRotates:
		return &Token{AccessToken: "access", RefreshToken: old.RefreshToken}
	case n == l.newest, again && m == replay:
		l.newest++
		l.graceful = m == grace || m == replay
	case again && m == grace:
	default:
		l.revoked = m == family
		return nil
	}
	return &Token{AccessToken: "access", RefreshToken: refreshTokens[login][l.newest]}
}

// takes reports whether the provider would accept refreshToken.
func (p *provider) takes(m mode, refreshToken string) bool {
	copied := *p
	return copied.refresh(m, &Token{RefreshToken: refreshToken}) != nil
}

func (p *provider) key(b []byte) []byte {
	for _, l := range p.logins {
		b = append(b, byte('0'+l.newest), bit(l.revoked), bit(l.graceful))
	}
	return b
}
