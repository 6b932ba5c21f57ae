package auth

import (
	"encoding/json"
	"fmt"
	"time"
)

// recordFormat grows only when an older program would misread the bytes. Fields are added
// without it: readers ignore what they do not know.
const recordFormat = 1

type recordFile struct {
	Format     int             `json:"format"`
	Version    string          `json:"version"`
	Token      json.RawMessage `json:"token,omitempty"` // as Token.MarshalBinary writes it
	Hollow     bool            `json:"hollow,omitempty"`
	Generation int64           `json:"generation"`
	Epoch      string          `json:"epoch,omitempty"`
	Lease      leaseFile       `json:"lease,omitzero"`
	Spares     []spareFile     `json:"spares,omitempty"`
	Dead       *deadFile       `json:"dead,omitempty"`
	Dropped    int64           `json:"dropped,omitempty"` // without it, as before it was known, late answers bring access again
	Probed     int             `json:"probed,omitempty"`
}

type leaseFile struct {
	Owner     string        `json:"owner,omitempty"`
	Seq       int64         `json:"seq,omitempty"`
	At        time.Time     `json:"at,omitzero"`
	For       time.Duration `json:"for,omitempty"` // nanoseconds
	Contested bool          `json:"contested,omitempty"`
}

type spareFile struct {
	RefreshToken string    `json:"refresh_token"`
	At           time.Time `json:"at,omitzero"`
	Refused      bool      `json:"refused,omitempty"`
}

type deadFile struct {
	Reason       Reason    `json:"reason"`
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
	At           time.Time `json:"at,omitzero"`
	Shaky        bool      `json:"shaky,omitempty"`
}

// hollowToken stands for the missing access token of a token that holds neither: Token's own
// reader would refuse it.
const hollowToken = "-"

// MarshalBinary is the whole record but Written and Now, which are the store's. The bytes are
// versioned, stable for ever, and secret: seal them or keep them in a 0600 file.
func (r *Record) MarshalBinary() ([]byte, error) {
	state := r.rule()
	f := recordFile{
		Format: recordFormat, Version: r.Version, Generation: r.Generation,
		Epoch: state.epoch, Lease: leaseFile(state.lease), Dropped: state.dropped, Probed: state.probed,
	}
	for _, s := range state.spares {
		f.Spares = append(f.Spares, spareFile(s))
	}
	if r.Dead != nil {
		f.Dead = &deadFile{r.Dead.Reason, r.Dead.AuthorizedAt, state.diedAt, state.shaky}
	}
	if t := r.Token; t != nil {
		if f.Hollow = t.AccessToken == "" && t.RefreshToken == ""; f.Hollow {
			hollow := *t
			t = &hollow
			t.AccessToken = hollowToken
		}
		data, err := t.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("auth: write record: %w", err)
		}
		f.Token = data
	}
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("auth: write record: %w", err)
	}
	return data, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, also by a newer program as long as it can be
// understood. Written and Now stay as they are. Errors never quote the data.
func (r *Record) UnmarshalBinary(data []byte) error {
	var f recordFile
	if json.Unmarshal(data, &f) != nil { // its errors may quote
		return fmt.Errorf("auth: read record: it is damaged")
	}
	if f.Format < 1 || f.Format > recordFormat {
		return fmt.Errorf("auth: read record: it has format %d, this program knows 1 to %d: use a newer one", f.Format, recordFormat)
	}
	state := &recordState{epoch: f.Epoch, lease: lease(f.Lease), dropped: f.Dropped, probed: f.Probed}
	for _, s := range f.Spares {
		state.spares = append(state.spares, spare(s))
	}
	next := Record{Version: f.Version, Generation: f.Generation, Written: r.Written, Now: r.Now, state: state}
	if f.Dead != nil {
		next.Dead = &ReauthorizeError{Reason: f.Dead.Reason, AuthorizedAt: f.Dead.AuthorizedAt}
		state.diedAt, state.shaky = f.Dead.At, f.Dead.Shaky
	}
	if f.Token != nil && string(f.Token) != "null" {
		next.Token = new(Token)
		if err := next.Token.UnmarshalBinary(f.Token); err != nil {
			return fmt.Errorf("auth: read record: %w", err)
		}
		if f.Hollow {
			next.Token.AccessToken = ""
		}
	}
	*r = next
	return nil
}
