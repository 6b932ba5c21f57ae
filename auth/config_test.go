package auth_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestConfigFromEnv(t *testing.T) {
	for name, value := range map[string]string{
		"SPOTIFY_CLIENT_ID": "id", "SPOTIFY_CLIENT_SECRET": " secret\r\n", "SPOTIFY_REDIRECT_URI": "http://127.0.0.1/cb",
		"SPOTIFY_USER_REFRESH": "refresh", "SPOTIFY_USER_AUTHORIZED_AT": "2026-06-01T12:00:00Z", "MY_ID": "other", "SPOTIFY_EMPTY": "",
	} {
		t.Setenv(name, value)
	}
	conf, err := auth.ConfigFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{conf.ClientID, conf.ClientSecret, conf.RedirectURI, conf.RefreshToken, conf.AuthorizedAt.Format(time.RFC3339)}
	if want := []string{"id", "secret", "http://127.0.0.1/cb", "refresh", "2026-06-01T12:00:00Z"}; !slices.Equal(got, want) {
		t.Errorf("ConfigFromEnv() = %q, want %q", got, want)
	}
	renamed, err := auth.ConfigFromEnv(auth.ConfigNames{ClientID: "MY_ID", ClientSecret: "SPOTIFY_EMPTY"})
	if err != nil || renamed.ClientID != "other" || renamed.RefreshToken != "refresh" {
		t.Errorf("with a name changed: client id %q, %v", renamed.ClientID, err)
	}
	if got := renamed.Missing(); !slices.Equal(got, []string{"SPOTIFY_EMPTY"}) {
		t.Errorf("Missing() = %q, want the name that was asked for", got)
	}
	t.Setenv("SPOTIFY_USER_AUTHORIZED_AT", "yesterday")
	if _, err := auth.ConfigFromEnv(); !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), "SPOTIFY_USER_AUTHORIZED_AT") {
		t.Errorf("with a bad date: %v, want ErrConfig with the name", err)
	}
}

func TestMissingSaysWhatAndWhere(t *testing.T) {
	t.Parallel()
	path := write(t, "SPOTIFY_CLIENT_ID = id\n")
	conf, err := auth.ConfigFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		t.Fatal(err)
	}
	_, err = cred.RequestUserToken(t.Context(), "code")
	for _, word := range []string{"SPOTIFY_CLIENT_SECRET", "SPOTIFY_REDIRECT_URI", path} {
		if !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), word) {
			t.Errorf("RequestUserToken without secret and redirect URI = %v, want ErrConfig with %s", err, word)
		}
	}
	none, err := auth.ConfigFromFile(filepath.Join(t.TempDir(), "none.ini"), auth.ConfigNames{ClientID: "MY_ID"})
	if err != nil {
		t.Fatalf("a file that is not there: %v, want an empty configuration", err)
	}
	if _, err := auth.NewCredentials(none); !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), "MY_ID") || !strings.Contains(err.Error(), "none.ini") {
		t.Errorf("NewCredentials of an empty file = %v, want ErrConfig with MY_ID and the file", err)
	}
	if _, err := auth.NewCredentials(nil); !errors.Is(err, auth.ErrConfig) {
		t.Errorf("NewCredentials(nil) = %v, want ErrConfig", err)
	}
}

func TestConfigFromFile(t *testing.T) {
	t.Parallel()
	path := write(t, "\ufeff; mine\r\nspotify_client_id=id\r\nSPOTIFY_CLIENT_SECRET : se#cr;et%(x)s\\\r\nSPOTIFY_USER_AUTHORIZED_AT = 2026-06-01\r\n\r\n[work]\r\nSPOTIFY_CLIENT_ID = \"quoted\"\r\n")
	conf, err := auth.ConfigFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if conf.ClientID != "id" || conf.ClientSecret != `se#cr;et%(x)s\` || conf.AuthorizedAt.Format(time.DateOnly) != "2026-06-01" {
		t.Errorf("read %q, %q, %v", conf.ClientID, conf.ClientSecret, conf.AuthorizedAt)
	}
	work, err := auth.ConfigFromFile(path, auth.ConfigNames{Section: "work"})
	if err != nil || work.ClientID != "quoted" || work.ClientSecret != "" {
		t.Errorf("section work: %q, %q, %v", work.ClientID, work.ClientSecret, err)
	}
	broken := write(t, "this is no INI file "+canary)
	if _, err := auth.ConfigFromFile(broken); !errors.Is(err, auth.ErrConfig) || sings(err.Error()) || !strings.Contains(err.Error(), broken) {
		t.Errorf("a file that is no INI file: %v, want ErrConfig with its name and without its text", err)
	}
}

func TestConfigToFileKeepsTheRest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, after, section string
	}{
		{"no file", "", "SPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n", ""},
		{"its comments and order",
			"# one\nSPOTIFY_USER_REFRESH: old\n\n  ; two\nother = \"x\" ; y\nSPOTIFY_CLIENT_ID=new",
			"# one\nSPOTIFY_USER_REFRESH = r\n\n  ; two\nother = \"x\" ; y\nSPOTIFY_CLIENT_ID=new\n", ""},
		{"other sections",
			"[DEFAULT]\nspotify_client_id = old\n\n[other]\nSPOTIFY_CLIENT_ID = theirs\n",
			"[DEFAULT]\nSPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n\n[other]\nSPOTIFY_CLIENT_ID = theirs\n", ""},
		{"a section of its own",
			"SPOTIFY_CLIENT_ID = theirs\n",
			"SPOTIFY_CLIENT_ID = theirs\n\n[mine]\nSPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n", "mine"},
		{"before the first section",
			"[other]\na = b\n",
			"SPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n[other]\na = b\n", ""},
		{"the line that counts, and line ends",
			"SPOTIFY_CLIENT_ID = first\r\nSPOTIFY_CLIENT_ID = second\r\n",
			"SPOTIFY_CLIENT_ID = first\r\nSPOTIFY_CLIENT_ID = new\r\nSPOTIFY_USER_REFRESH = r\r\n", ""},
		{"what need not change, but others' eyes", "SPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n", "SPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n", ""},
		{"a byte order mark", "\ufeffSPOTIFY_CLIENT_ID = new\n", "\ufeffSPOTIFY_CLIENT_ID = new\nSPOTIFY_USER_REFRESH = r\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sub", "spotify.ini")
			if test.before != "" {
				path = write(t, test.before)
			}
			names := auth.ConfigNames{Section: test.section}
			if err := auth.ConfigToFile(path, &auth.Config{ClientID: "new", RefreshToken: "r"}, names); err != nil {
				t.Fatal(err)
			}
			after, _ := os.ReadFile(path)
			if diff := cmp.Diff(test.after, string(after)); diff != "" {
				t.Errorf("file (-want +got):\n%s", diff)
			}
			if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
				t.Errorf("mode %o, want 600", info.Mode().Perm())
			}
			entries, _ := os.ReadDir(filepath.Dir(path))
			for _, entry := range entries {
				if name := entry.Name(); name != "spotify.ini" && name != ".spotify.ini.lock" {
					t.Errorf("%s is left behind", name)
				}
			}
			back, err := auth.ConfigFromFile(path, names)
			if err != nil || back.ClientID != "new" || back.RefreshToken != "r" {
				t.Errorf("read back %q, %v", back.ClientID, err)
			}
		})
	}
}

func TestConfigToFileRefusesWhatItCouldNotRead(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"two\nlines", `"quoted"`, " spaced", "`x`"} {
		before := "# kept\n"
		path := write(t, before)
		err := auth.ConfigToFile(path, &auth.Config{ClientID: value})
		after, _ := os.ReadFile(path)
		if !errors.Is(err, auth.ErrConfig) || string(after) != before {
			t.Errorf("ConfigToFile of %q = %v and the file is %q; want ErrConfig and the file as it was", value, err, after)
		}
	}
}

func TestSaveToFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "spotify.ini"), filepath.Join(dir, "link.ini")
	if err := os.WriteFile(path, []byte("SPOTIFY_CLIENT_ID = id # mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	save := auth.SaveToFile(link)
	authorized := time.Date(2026, 6, 1, 14, 0, 0, 0, time.FixedZone("", 7200))
	if err := save(t.Context(), &auth.Token{AccessToken: canary, RefreshToken: "r1", AuthorizedAt: authorized}); err != nil {
		t.Fatal(err)
	}
	if err := save(t.Context(), &auth.Token{AccessToken: "of the app"}); err != nil {
		t.Errorf("saving an application token: %v", err)
	}
	text, _ := os.ReadFile(path)
	if want := "SPOTIFY_CLIENT_ID = id # mine\nSPOTIFY_USER_REFRESH = r1\nSPOTIFY_USER_AUTHORIZED_AT = 2026-06-01T12:00:00Z\n"; string(text) != want {
		t.Errorf("file = %q, want %q", text, want)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced by a file")
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 600", info.Mode().Perm())
	}
}

func TestSaversOfOneProcessDoNotLoseKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "spotify.ini")
	names := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			save := auth.SaveToFile(path, auth.ConfigNames{RefreshToken: name})
			if err := save(t.Context(), &auth.Token{RefreshToken: "of " + name}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, name := range names {
		conf, err := auth.ConfigFromFile(path, auth.ConfigNames{RefreshToken: name})
		if err != nil || conf.RefreshToken != "of "+name {
			t.Errorf("%s = %q, %v", name, conf.RefreshToken, err)
		}
	}
}

// write makes a file as editors do: others may read it.
func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "spotify.ini")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
