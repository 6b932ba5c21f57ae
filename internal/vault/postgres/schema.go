package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrElsewhere: the tables are there, but not where this connection looks for them.
var ErrElsewhere = errors.New("vault: the database has its tables in another schema")

// selectElsewhere finds a schema with our first tables, wherever the connection looks.
const selectElsewhere = `
SELECT table_schema::text FROM information_schema.tables
WHERE table_name IN ('goose_db_version', 'meta', 'people', 'grants', 'sessions', 'spent_states')
GROUP BY table_schema HAVING count(*) = 6 ORDER BY table_schema LIMIT 1`

// notElsewhere is asked before the first tables are made: ErrElsewhere if another schema has them. Somebody has changed
// the search_path then, of the database or of the account, and nobody wants an empty vault instead. Who does names the
// schema in the URL.
func notElsewhere(c *conn, config *pgx.ConnConfig) error {
	if config.RuntimeParams["search_path"] != "" || strings.Contains(config.RuntimeParams["options"], "search_path") {
		return nil
	}
	var schema string
	found, err := c.one(selectElsewhere, nil, &schema)
	if err != nil {
		return explain(c.ctx, "look for the tables", err)
	}
	if found {
		return fmt.Errorf("%w: %q", ErrElsewhere, schema)
	}
	return nil
}
