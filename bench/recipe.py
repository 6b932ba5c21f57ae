# The well-known recipe's page, as short as it can be: a framework, an HTTP client, one upstream
# call for each view. It leaves out what the recipe's client library does besides (models, scopes),
# so it is cheaper than the recipe. Speaks the same lines as the other children: see process.go.
import html, resource, sys, threading
import flask, httpx
from werkzeug.serving import WSGIRequestHandler, make_server

upstream = sys.argv[1]
app = flask.Flask(__name__)
app.secret_key = "bench"
client = httpx.Client()
PAGE = "<!doctype html>User ID: %s<br>You can <a href='/login'>login</a> or <a href='/logout'>logout</a><br>Now playing: %s"


@app.get("/")
def home():
    user = flask.session.setdefault("user", "bench")
    answer = client.get(upstream + "/v1/me/player/currently-playing", headers={"Authorization": "Bearer bench"})
    return PAGE % (html.escape(user), html.escape(answer.json()["item"]["name"]))


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *args):
        pass


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("http://127.0.0.1:%d" % server.server_port, flush=True)
for _ in sys.stdin:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(int((used.ru_utime + used.ru_stime) * 1e6), flush=True)
