package emulator

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// readMarket takes the parameter market. The country of a person's account goes before it.
func (c *call) readMarket() *apiError {
	market := strings.ToUpper(c.query.Get("market"))
	if market == "" || !c.op.Market {
		return nil
	}
	switch {
	case market == "FROM_TOKEN":
		if c.person == nil || !c.scopes["user-read-private"] {
			return errScope
		}
		market = c.country
	case !isMarket(market):
		return badRequest("Invalid market code")
	}
	if c.country != "" {
		market = c.country
	}
	c.market, c.country = market, market
	return nil
}

func (c *call) limits() operations.Limits {
	if c.extended {
		return c.op.Extended
	}
	return c.op.Development
}

// limit is the parameter limit, checked.
func (c *call) limit() (int, *apiError) {
	limits := c.limits()
	text := c.query.Get("limit")
	if text == "" {
		return limits.Default, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > limits.Max {
		return 0, badRequest("Invalid limit")
	}
	return n, nil
}

// page is the parameters limit and offset, checked.
func (c *call) page() (p page, problem *apiError) {
	if p.limit, problem = c.limit(); problem != nil {
		return p, problem
	}
	if text := c.query.Get("offset"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return p, badRequest("Invalid offset")
		}
		p.offset = n
	}
	return p, nil
}

// id is a path parameter that must be a Spotify id.
func (c *call) id() (string, *apiError) {
	id := c.params["id"]
	if !isBase62(id) {
		return "", badRequest("Invalid base62 id")
	}
	return id, nil
}

// isBase62 reports whether id has the form of a Spotify id.
func isBase62(id string) bool {
	if len(id) != 22 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// ids is the parameter ids, or else that list of the body: as an object with ids, or bare.
func (c *call) ids() ([]string, *apiError) {
	ids := splitList(c.query.Get("ids"))
	if len(ids) == 0 && len(c.body) > 0 {
		var inBody struct {
			IDs []string `json:"ids"`
		}
		if json.Unmarshal(c.body, &inBody.IDs) != nil && json.Unmarshal(c.body, &inBody) != nil {
			return nil, badRequest("Error parsing JSON.")
		}
		ids = inBody.IDs
	}
	switch max := c.limits().IDs; {
	case len(ids) == 0:
		return nil, badRequest("Missing required field: ids")
	case max > 0 && len(ids) > max:
		return nil, badRequest("Too many ids requested")
	}
	return ids, nil
}

// spotifyIDs is ids, all of which must have the form of a Spotify id.
func (c *call) spotifyIDs() ([]string, *apiError) {
	ids, problem := c.ids()
	for _, id := range ids {
		if !isBase62(id) {
			return nil, badRequest("Invalid base62 id")
		}
	}
	return ids, problem
}

// splitList is a comma-separated list without its empty members.
func splitList(list string) []string {
	var members []string
	for member := range strings.SplitSeq(list, ",") {
		if member = strings.TrimSpace(member); member != "" {
			members = append(members, member)
		}
	}
	return members
}

// decode reads the JSON body into v. No body leaves v as it is.
func (c *call) decode(v any) *apiError {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return badRequest("Error parsing JSON.")
	}
	return nil
}

// extra is the query without what pages are told by, to be repeated in links.
func (c *call) extra() url.Values {
	rest := url.Values{}
	for key, values := range c.query {
		switch key {
		case "limit", "offset", "after", "before":
		default:
			rest[key] = values
		}
	}
	return rest
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}
