package emulator

// coverSize is one size of a picture and the digits its link begins with, as on Spotify's own
// image host: whose picture it is and how large. The rest of a link is made of the owner's id.
type coverSize struct {
	prefix string
	pixels int
}

var (
	albumCover    = []coverSize{{"ab67616d0000b273", 640}, {"ab67616d00001e02", 300}, {"ab67616d00004851", 64}}
	artistCover   = []coverSize{{"ab6761610000e5eb", 640}, {"ab67616100005174", 320}, {"ab6761610000f178", 160}}
	playlistCover = []coverSize{{"ab67706c0000da84", 640}, {"ab67706c00009bd3", 300}, {"ab67706c000064ae", 60}}
	profileCover  = []coverSize{{"ab6775700000ee85", 300}, {"ab67757000003b82", 64}}
)

// uploadedCover begins the links of covers that people uploaded. Their size is not known.
const uploadedCover = "ab67706c0000bebb"

// images writes the pictures of the thing with that id.
func (d *doc) images(sizes []coverSize, id string) { d.imageList("images", sizes, id) }

func (d *doc) imageList(key string, sizes []coverSize, id string) {
	name := coverName(id)
	d.list(key)
	for _, size := range sizes {
		d.begin("")
		d.num("height", int64(size.pixels))
		d.num("width", int64(size.pixels))
		d.imageURL(size.prefix, name[:])
		d.end()
	}
	d.endList()
}

func (d *doc) imageURL(prefix string, name []byte) {
	d.key("url")
	d.buf = append(d.buf, '"')
	d.buf = append(d.buf, d.origin...)
	d.buf = append(d.buf, "/image/"...)
	d.buf = append(d.buf, prefix...)
	d.buf = append(d.buf, name...)
	d.buf = append(d.buf, '"', ',')
}

// uploadedImage writes the one picture of an uploaded cover, without its size.
func (d *doc) uploadedImage(key, id string) {
	name := coverName(id)
	d.list(key)
	d.begin("")
	d.null("height")
	d.null("width")
	d.imageURL(uploadedCover, name[:])
	d.end()
	d.endList()
}

// coverName is 24 hexadecimal digits made of an id: all that a picture is drawn from.
func coverName(id string) (name [24]byte) {
	const digits = "0123456789abcdef"
	sum := hash(id)
	for i := range name {
		if i == 16 {
			sum = hash(id + "+")
		}
		name[i] = digits[sum&15]
		sum >>= 4
	}
	return name
}
