package server

// Address is what people open: the base URL as browsers write it.
func (s *Server) Address() string { return s.BaseURL }

// RedirectURI is where Spotify sends people back to: what the app's settings there must list.
func (s *Server) RedirectURI() string { return s.App.RedirectURI }
