package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrURL: the URL of the database cannot be used. Its text never repeats the URL, which may hold a password.
var ErrURL = errors.New("vault: the database's URL cannot be used")

const (
	maxConns       = 16 // of one server, unless the URL says pool_max_conns
	connectTimeout = 5 * time.Second
)

// sessionSettings end what takes too long, so that one slow statement does not hold up a person's others. A URL may
// name its own.
var sessionSettings = map[string]string{ // milliseconds
	"statement_timeout":                   "2000",
	"lock_timeout":                        "1000",
	"idle_in_transaction_session_timeout": "5000",
	"application_name":                    "tenuto",
}

// configure reads the URL. It leaves to pgx what libpq's users know: PGPASSWORD and a password file, several hosts,
// sslrootcert.
func configure(text string, allowUnverified bool) (*pgxpool.Config, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, fmt.Errorf("%w: write postgres://USER@HOST:5432/DATABASE, with other than letters and digits in a "+
			"password as %%40 and so on", ErrURL)
	}
	config, err := pgxpool.ParseConfig(withVerifiedTLS(u).String())
	if err != nil {
		return nil, badURL(err)
	}
	conn := config.ConnConfig
	if !allowUnverified {
		if err := checkTLS(&conn.Config); err != nil {
			return nil, err
		}
	}
	for name, value := range sessionSettings {
		if _, given := conn.RuntimeParams[name]; !given {
			conn.RuntimeParams[name] = value
		}
	}
	conn.AfterConnect = checkServer
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = connectTimeout
	}
	if !u.Query().Has("pool_max_conns") {
		config.MaxConns = maxConns
	}
	return config, nil
}

// Name is what a database may be called in public: its URL without the password and the settings.
func Name(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "the database"
	}
	name := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path}
	if name.Host == "" {
		name.Host = u.Query().Get("host")
	}
	if user := u.User.Username(); user != "" {
		name.User = url.User(user)
	}
	return name.String()
}

// oldestServer is the oldest major version that we were written for.
const oldestServer = 11

// waitForDisk overrules a server, a role or a URL that lets commits return before they are on disk: a crash of the
// database would take back what people were told. Stronger settings than on stay.
const waitForDisk = `
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

// checkServer is called with every new connection.
func checkServer(ctx context.Context, c *pgconn.PgConn) error {
	version := c.ParameterStatus("server_version")
	if major, err := strconv.Atoi(version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]); err == nil && major < oldestServer {
		return ErrOldServer
	}
	_, err := c.Exec(ctx, waitForDisk).ReadAll()
	return err
}

// badURL says what pgx found wrong, without the URL.
func badURL(err error) error {
	if e, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		if cause := e.Unwrap(); cause != nil {
			return fmt.Errorf("%w: %v", ErrURL, cause) //nolint:errorlint // its chain holds the URL
		}
		return fmt.Errorf("%w: something in it has a value that is not allowed", ErrURL)
	}
	return fmt.Errorf("%w: %s", ErrURL, strings.TrimPrefix(err.Error(), "pgxpool: "))
}
