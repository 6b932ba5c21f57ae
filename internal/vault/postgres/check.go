package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// peek reads the check row, nil if nothing was ever kept in the database, and the data keys, without changing anything.
func peek(ctx context.Context, config *pgx.ConnConfig) (row []byte, data []vault.KeyRow, err error) {
	raw, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return nil, nil, explain(ctx, "open the database", err)
	}
	defer raw.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only read
	c := &conn{ctx, raw}
	_, err = c.one(selectMeta, []any{vault.MetaCheck}, &row)
	if codeOf(err) == undefinedTable {
		return nil, nil, nil
	}
	if err == nil && row != nil {
		data, err = peekKeys(c)
	}
	return row, data, explain(ctx, "look at the database", err)
}
