package spotify

import (
	"net/url"
	"strconv"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// pageQuery writes opts for a list; the most the operation allows where they do not say.
func (c *Client) pageQuery(r *request, opts *PageOptions) (url.Values, error) {
	if opts == nil {
		opts = &PageOptions{}
	}
	if opts.Limit < 0 || opts.Offset < 0 {
		return nil, r.refuse("Limit and Offset must not be negative")
	}
	query := url.Values{}
	most := c.limits(r.name).Max
	if opts.Limit == 0 || opts.Limit > most {
		query.Set("limit", strconv.Itoa(most))
	} else {
		query.Set("limit", strconv.Itoa(opts.Limit))
	}
	if opts.Offset > 0 {
		query.Set("offset", strconv.Itoa(opts.Offset))
	}
	setMarket(query, opts.Market)
	return query, nil
}

// limits are those of an app of this mode.
func (c *Client) limits(name Operation) operations.Limits {
	op, ok := operations.Lookup(string(name))
	switch {
	case !ok:
		return operations.Limits{}
	case c.mode() == Extended:
		return op.Extended
	}
	return op.Development
}
