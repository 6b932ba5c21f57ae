package torture

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"
)

const (
	askEvery = 200 * time.Millisecond // how often a balancer asks who is ready

	// answerWithin is how long a server may take to say so. A busy machine is no reason to turn everybody away: who is
	// gone refuses connections at once.
	answerWithin = 10 * time.Second
)

// balancer sends each request to one of the servers that said they are ready, in turn. It asks /readyz every 200 ms
// and believes one answer. It is as simple as they come: a connection for each request, and nothing is sent twice,
// not even where a connection was refused. What fails, fails.
type balancer struct {
	listen   net.Listener
	server   *http.Server
	backends []*backend
	next     atomic.Uint64
	ended    chan struct{}
	asking   sync.WaitGroup
	requests atomic.Int64
}

// backend is a server as the balancer sees it.
type backend struct {
	addr, operations string
	ready            atomic.Bool
}

// newBalancer listens at addr for the replicas until close.
func newBalancer(addr string, replicas []*replica) (*balancer, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	b := &balancer{listen: l, ended: make(chan struct{})}
	for _, r := range replicas {
		b.backends = append(b.backends, &backend{addr: r.addr, operations: r.operations})
	}
	client := &http.Client{Timeout: answerWithin, Transport: &http.Transport{}}
	for _, backend := range b.backends {
		b.asking.Go(func() {
			for pause(b.ended, askEvery); !closed(b.ended); pause(b.ended, askEvery) {
				backend.ask(client)
			}
		})
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", r.In.Context().Value(chosen{}).(*backend).addr
			r.Out.Host = r.In.Host
		},
		Transport: &http.Transport{DisableKeepAlives: true},
	}
	b.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.requests.Add(1)
		to := b.choose()
		if to == nil {
			http.Error(w, "nobody is ready", http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chosen{}, to)))
	})}
	go b.server.Serve(l)
	return b, nil
}

type chosen struct{}

// ask hears whether a server is ready.
func (b *backend) ask(client *http.Client) {
	answer, err := client.Get("http://" + b.operations + "/readyz")
	if err != nil {
		b.ready.Store(false)
		return
	}
	answer.Body.Close()
	b.ready.Store(answer.StatusCode == http.StatusOK)
}

// choose takes the next that is ready; nil if none is.
func (b *balancer) choose() *backend {
	first := b.next.Add(1)
	for i := range b.backends {
		if to := b.backends[(int(first)+i)%len(b.backends)]; to.ready.Load() {
			return to
		}
	}
	return nil
}

// await returns when all are ready; false if they are not in time.
func (b *balancer) await() bool {
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		ready := 0
		for _, backend := range b.backends {
			if backend.ready.Load() {
				ready++
			}
		}
		if ready == len(b.backends) {
			return true
		}
	}
	return false
}

func (b *balancer) close() {
	close(b.ended)
	b.server.Close()
	b.asking.Wait()
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
