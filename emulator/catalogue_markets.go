package emulator

import "strings"

// marketCodes are the countries Spotify is open in, in its own order.
var marketCodes = strings.Fields(`
AD AE AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CG CH CI CL CM CO CR
CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU
ID IE IL IN IQ IS IT JM JO JP KE KG KH KI KM KN KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH
MK ML MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PR PS PT PW PY QA RO RS
RW SA SB SC SE SG SI SK SL SM SN SR ST SV SZ TD TG TH TJ TL TN TO TR TT TV TW TZ UA UG US UY UZ VC VE VN VU
WS XK ZA ZM ZW`)

// audiobookMarkets are the few countries that have audiobooks.
var audiobookMarkets = newMarketSet("AU", "CA", "GB", "IE", "NZ", "US")

var marketNumbers = func() map[string]int {
	numbers := make(map[string]int, len(marketCodes))
	for n, code := range marketCodes {
		numbers[code] = n
	}
	return numbers
}()

// isMarket reports whether code names a country Spotify is open in.
func isMarket(code string) bool { _, ok := marketNumbers[code]; return ok }

// marketSet is where something may be listened to. Few distinct sets exist, so each keeps
// its JSON: lists of all codes make up most of a track's bytes.
type marketSet struct {
	bits [3]uint64
	json []byte
}

func newMarketSet(codes ...string) *marketSet {
	set := &marketSet{}
	for _, code := range codes {
		n := marketNumbers[code]
		set.bits[n/64] |= 1 << (n % 64)
	}
	quoted := make([]string, 0, len(codes))
	for _, code := range marketCodes {
		if set.has(code) {
			quoted = append(quoted, `"`+code+`"`)
		}
	}
	set.json = []byte("[" + strings.Join(quoted, ",") + "]")
	return set
}

// marketsExcept is everywhere but the given countries.
func marketsExcept(codes ...string) *marketSet {
	without := newMarketSet(codes...)
	var rest []string
	for _, code := range marketCodes {
		if !without.has(code) {
			rest = append(rest, code)
		}
	}
	return newMarketSet(rest...)
}

func (s *marketSet) has(code string) bool {
	n, ok := marketNumbers[code]
	return ok && s.bits[n/64]&(1<<(n%64)) != 0
}

// The sets the catalogue uses: nearly all music is everywhere, some is not.
var (
	everywhere     = newMarketSet(marketCodes...)
	nowhere        = newMarketSet()
	exceptAmerica  = marketsExcept("US", "CA", "MX", "PR")
	onlyAmerica    = newMarketSet("US", "CA", "MX", "PR")
	exceptGermany  = marketsExcept("DE", "AT", "CH", "LI")
	exceptBritain  = marketsExcept("GB", "IE")
	onlyEurope     = newMarketSet("AD", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "SM")
	onlyJapan      = newMarketSet("JP")
	partialMarkets = []*marketSet{exceptAmerica, onlyAmerica, exceptGermany, exceptBritain, onlyEurope, onlyJapan, nowhere}
)
