package emulator

import "strings"

// Names that people read elsewhere: of composers where another script is written, of headings
// of the browse page. All other names are the same everywhere.
var localNames = map[string]map[string]string{
	"ja": {
		"Johann Sebastian Bach": "ヨハン・ゼバスティアン・バッハ", "Antonio Vivaldi": "アントニオ・ヴィヴァルディ",
		"Wolfgang Amadeus Mozart": "ヴォルフガング・アマデウス・モーツァルト", "Ludwig van Beethoven": "ルートヴィヒ・ヴァン・ベートーヴェン",
		"Franz Schubert": "フランツ・シューベルト", "Frédéric Chopin": "フレデリック・ショパン", "Claude Debussy": "クロード・ドビュッシー",
		"Pyotr Ilyich Tchaikovsky": "ピョートル・イリイチ・チャイコフスキー", "Erik Satie": "エリック・サティ",
		"Classical": "クラシック", "Piano": "ピアノ", "Opera": "オペラ", "Jazz": "ジャズ", "Folk": "フォーク",
	},
	"ru": {
		"Johann Sebastian Bach": "Иоганн Себастьян Бах", "Antonio Vivaldi": "Антонио Вивальди",
		"Wolfgang Amadeus Mozart": "Вольфганг Амадей Моцарт", "Ludwig van Beethoven": "Людвиг ван Бетховен",
		"Franz Schubert": "Франц Шуберт", "Frédéric Chopin": "Фредерик Шопен", "Claude Debussy": "Клод Дебюсси",
		"Pyotr Ilyich Tchaikovsky": "Пётр Ильич Чайковский", "Modest Mussorgsky": "Модест Мусоргский", "Erik Satie": "Эрик Сати",
		"Classical": "Классика", "Piano": "Фортепиано", "Opera": "Опера", "Jazz": "Джаз", "Folk": "Фолк",
	},
	"de": {"Classical": "Klassik", "Piano": "Klavier", "Opera": "Oper", "Baroque": "Barock", "Romantic": "Romantik", "Chamber pop": "Kammerpop"},
	"sv": {"Classical": "Klassiskt", "Opera": "Opera", "Baroque": "Barock", "Romantic": "Romantik", "Folk": "Folkmusik", "Orchestra": "Orkester"},
	"fr": {"Classical": "Classique", "Opera": "Opéra", "Romantic": "Romantique", "Orchestra": "Orchestre", "Electronic": "Électronique"},
	"es": {"Classical": "Clásica", "Opera": "Ópera", "Baroque": "Barroco", "Romantic": "Romántica", "Orchestra": "Orquesta", "Electronic": "Electrónica"},
}

// local is a name as the reader of the answer knows it.
func (v *view) local(name string) string {
	if other, ok := v.names[name]; ok {
		return other
	}
	return name
}

// localise chooses the names for an answer: the parameter locale, sv_SE, goes before the
// languages that the client accepts.
func (c *call) localise() {
	if tags := c.r.Header["Accept-Language"]; len(tags) > 0 {
		c.names = namesFor(strings.Join(tags, ","))
	}
	if strings.HasPrefix(c.op.Path, "/browse/") {
		if locale := c.query.Get("locale"); locale != "" {
			c.names = namesFor(locale)
		}
	}
}

// namesFor is the first language of a list that there are names for; nil for English.
func namesFor(languages string) map[string]string {
	for tag := range strings.SplitSeq(languages, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		language := strings.ToLower(tag)
		if end := strings.IndexAny(language, "-_"); end >= 0 {
			language = language[:end]
		}
		if names, ok := localNames[language]; ok || language == "en" {
			return names
		}
	}
	return nil
}
