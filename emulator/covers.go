package emulator

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http"
	"strings"
)

// serveCover answers GET /image/{name}: a JPEG drawn from the name's digits, the same for the
// same name, or the one a person uploaded.
func (e *Emulator) serveCover(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/image/")
	digits, err := hex.DecodeString(name)
	if err != nil || len(digits) != 20 {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if strings.HasPrefix(name, uploadedCover) {
		body = e.uploaded(name[len(uploadedCover):])
	} else if pixels := coverPixels(name[:16]); pixels > 0 {
		body = drawCover(pixels, [12]byte(digits[8:]))
	}
	if body == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=31536000")
	w.Write(body)
}

// uploaded is the cover somebody gave the playlist whose pictures have that name.
func (e *Emulator) uploaded(name string) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, person := range e.st.People {
		for _, p := range person.Music.Own {
			if of := coverName(p.ID); string(of[:]) == name {
				return p.Cover
			}
		}
	}
	return nil
}

// coverPixels is the width of pictures whose names begin so; 0 if none do.
func coverPixels(prefix string) int {
	for _, sizes := range [][]coverSize{albumCover, artistCover, playlistCover, profileCover} {
		for _, size := range sizes {
			if size.prefix == prefix {
				return size.pixels
			}
		}
	}
	return 0
}

// drawCover paints a square picture: two colours running into each other and, in a third, one
// of five figures.
func drawCover(pixels int, digits [12]byte) []byte {
	from, to, ink := palette(digits)
	figure := figures[digits[6]%uint8(len(figures))]
	img := image.NewRGBA(image.Rect(0, 0, pixels, pixels))
	angle := float64(digits[7]) / 255 * math.Pi
	sin, cos := math.Sincos(angle)
	soft := 3 / float64(pixels) // the width of an edge
	for y := range pixels {
		for x := range pixels {
			u, v := 2*float64(x)/float64(pixels)-1, 2*float64(y)/float64(pixels)-1
			paper := mix(from, to, (u*cos+v*sin)/2.9+0.5)
			d := figure(u*cos+v*sin, v*cos-u*sin, digits)
			img.SetRGBA(x, y, mix(ink, paper, d/soft+0.5))
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}) // a buffer takes everything
	return out.Bytes()
}

// palette is three colours that go together: neighbours on the colour wheel for the paper,
// and a light or a far one for the ink.
func palette(digits [12]byte) (from, to, ink color.RGBA) {
	hue := float64(digits[0])/256*360 + float64(digits[1])/256
	from = hsl(hue, 0.45+float64(digits[2])/850, 0.30+float64(digits[3])/1700)
	to = hsl(hue+25+float64(digits[4])/5, 0.55, 0.48)
	if digits[5]%2 == 0 {
		return from, to, hsl(hue+180, 0.75, 0.74)
	}
	return from, to, hsl(hue+10, 0.35, 0.92)
}

// figures are how far a point is outside a shape (negative: inside), the picture reaching from
// -1 to 1.
var figures = []func(u, v float64, digits [12]byte) float64{
	func(u, v float64, d [12]byte) float64 { // rings
		width := 0.06 + float64(d[8])/2600
		radius := math.Hypot(u-0.2, v+0.1)
		return math.Abs(math.Mod(radius, 2.6*width)-1.3*width) - width/2
	},
	func(u, v float64, d [12]byte) float64 { // waves
		gap := 0.22 + float64(d[8])/1300
		wave := v + 0.12*math.Sin(float64(2+d[9]%4)*u*2)
		return math.Abs(math.Mod(wave+4, gap)-gap/2) - gap/5
	},
	func(u, v float64, d [12]byte) float64 { // a low sun with stripes
		disc := math.Hypot(u, v) - 0.58
		stripe := 0.035 + 0.05*v - math.Abs(math.Mod(v+2, 0.16)-0.08)
		return math.Max(disc, stripe)
	},
	func(u, v float64, d [12]byte) float64 { // dots that grow
		const gap = 0.28
		du, dv := math.Mod(u+4, gap)-gap/2, math.Mod(v+4, gap)-gap/2
		return math.Hypot(du, dv) - 0.03 - 0.045*(u+1.2)
	},
	func(u, v float64, d [12]byte) float64 { // a held note: a head, a stem, a line
		head := math.Hypot((u+0.25)*0.8+(v-0.35)*0.3, (v-0.35)*1.15-(u+0.25)*0.2) - 0.22
		stem := math.Max(math.Abs(u+0.01)-0.035, math.Abs(v+0.15)-0.5)
		line := math.Max(math.Abs(v+0.66)-0.05, math.Abs(u-0.26)-0.3)
		return math.Min(head, math.Min(stem, line))
	},
}

// mix is a at 0, b at 1 and both in between.
func mix(a, b color.RGBA, t float64) color.RGBA {
	t = max(0, min(1, t))
	at := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t) }
	return color.RGBA{at(a.R, b.R), at(a.G, b.G), at(a.B, b.B), 255}
}

func hsl(hue, saturation, lightness float64) color.RGBA {
	hue = math.Mod(hue, 360) / 30
	a := saturation * min(lightness, 1-lightness)
	channel := func(n float64) uint8 {
		k := math.Mod(n+hue, 12)
		return uint8(255 * (lightness - a*max(-1, min(k-3, 9-k, 1))))
	}
	return color.RGBA{channel(0), channel(8), channel(4), 255}
}
