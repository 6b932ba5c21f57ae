package spotify

import "context"

// UsersService is people.
type UsersService service

// Profile is a person.
type Profile struct {
	AccountID   AccountID // stable; tell people apart by this; "" from before May 2026
	ID          UserID    // may change
	URI         URI
	DisplayName string // "": none was chosen
	Email       string // "" without user-read-email, and in development mode; not verified
	Country     Market // "" without user-read-private, and in development mode
	Product     string // "premium", "free", "open"; "" likewise
	Followers   *int   // nil in development mode
	Images      []Image
}

func (p *Profile) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "account_id":
			p.AccountID = AccountID(d.text())
		case "id":
			p.ID = UserID(d.text())
		case "uri":
			p.URI = URI(d.text())
		case "display_name":
			p.DisplayName = d.text()
		case "email":
			p.Email = d.text()
		case "country":
			p.Country = Market(d.text())
		case "product":
			p.Product = d.text()
		case "followers":
			p.Followers = d.total()
		case "images":
			p.Images, _ = readList[Image](d)
		}
	}
}

// Me is the person behind the token. An application token is ErrUserRequired.
//
// Scope: none; user-read-email for Email, user-read-private for Country and Product. GET /me
// https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile
func (s *UsersService) Me(ctx context.Context) (*Profile, error) {
	me := new(Profile)
	if err := s.client.call(ctx, &request{name: "GET /me"}, me); err != nil {
		return nil, err
	}
	return me, nil
}
