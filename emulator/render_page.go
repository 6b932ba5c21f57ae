package emulator

import (
	"net/url"
	"strconv"
	"strings"
)

// page is what part of a list is asked for.
type page struct{ offset, limit int }

// bounds are the first and the one after the last member that the page shows.
func (p page) bounds(total int) (from, to int) {
	from = min(p.offset, total)
	return from, min(from+p.limit, total)
}

// pages writes an offset page of the list behind path ("me/tracks"), which may hold total
// members, each written by member. query is repeated in the links: "market=SE&".
func (d *doc) pages(key, path, query string, p page, total int, member func(i int)) {
	d.begin(key)
	d.pageFields(path, query, p, total, member)
	d.end()
}

func (d *doc) pageFields(path, query string, p page, total int, member func(i int)) {
	d.pageURL("href", path, query, p.offset, p.limit)
	d.num("limit", int64(p.limit))
	if p.offset+p.limit < total {
		d.pageURL("next", path, query, p.offset+p.limit, p.limit)
	} else {
		d.null("next")
	}
	d.num("offset", int64(p.offset))
	if p.offset > 0 {
		d.pageURL("previous", path, query, max(0, p.offset-p.limit), p.limit)
	} else {
		d.null("previous")
	}
	d.num("total", int64(total))
	d.list("items")
	from, to := p.bounds(total)
	for i := from; i < to; i++ {
		member(i)
	}
	d.endList()
}

// embed writes the first page of a list within the object it belongs to.
func (d *doc) embed(key, path string, total, limit int, member func(i int)) {
	query := ""
	if d.market != "" {
		query = "market=" + d.market + "&"
	}
	d.pages(key, path, query, page{0, limit}, total, member)
}

func (d *doc) pageURL(key, path, query string, offset, limit int) {
	d.key(key)
	d.buf = append(d.buf, '"')
	d.buf = append(d.buf, d.origin...)
	d.buf = append(d.buf, "/v1/"...)
	d.buf = append(d.buf, path...)
	d.buf = append(d.buf, '?')
	d.buf = append(d.buf, query...)
	d.buf = append(d.buf, "offset="...)
	d.buf = strconv.AppendInt(d.buf, int64(offset), 10)
	d.buf = append(d.buf, "&limit="...)
	d.buf = strconv.AppendInt(d.buf, int64(limit), 10)
	d.buf = append(d.buf, '"', ',')
}

// listed answers with a page of the list the request names.
func (c *call) listed(key string, total int, member func(i int)) *apiError {
	p, problem := c.page()
	if problem != nil {
		return problem
	}
	c.pages(key, c.path(), c.repeated(), p, total, member)
	return nil
}

// path is the operation's, below /v1/, with its parameters filled in.
func (c *call) path() string {
	path := c.op.Path[1:]
	for name, value := range c.params {
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	return path
}

// repeated is the query that links of a page repeat, ready to be followed by more.
func (c *call) repeated() string {
	if len(c.query) == 0 {
		return ""
	}
	if query := c.extra().Encode(); query != "" {
		return query + "&"
	}
	return ""
}
