package emulator

import "strings"

// The words that made-up bands, songs, shows and books are made of.
var (
	bandAdjectives = words("Copper Velvet Paper Distant Northern Hollow Electric Quiet Crooked Golden Midnight Wooden Silver Restless Neon Salt Borrowed Feral Lunar Painted Rusty Sleepy Marble Gentle Broken Burning Floating Invisible Tidal Plastic Violet Wandering")
	bandNouns      = words("Lanterns Harbour Foxes Orchard Telegraph Rivers Sparrows Cartographers Engines Weather Parade Gardens Antlers Satellites Letters Pilots Kettles Compass Rooftops Thieves Avenues Ferries Umbrellas Comets Mirrors Postcards Bicycles Lighthouse Seasons Machines Ghosts Tides")
	forenames      = words("Ada Bruno Celia Dario Edith Farid Greta Hugo Ines Jonas Kira Leon Mira Nils Oona Pavel Quinn Rosa Silas Tamar Ulla Viktor Wanda Yusuf Zora")
	surnames       = words("Almgren Barros Castellan Dunmore Eklund Fairweather Grimaldi Hartnell Ibarra Jansen Kowal Lindqvist Marlowe Nakamura Okafor Petrov Quist Rowntree Sandoval Thorne Umar Vasquez Whitlock Yardley Zeller")
	songFirst      = words("Slow Blue Last First Empty Paper Winter Summer Electric Silent Broken Golden Lonely Wild Little Secret Falling Distant Bright Hidden Early Crooked Sweet Burning Cold")
	songSecond     = words("Morning River Train Window Letter Fire Street Moon Garden Signal Heart Highway Station Rain Mirror Ocean Shadow Summer Island Engine Parade Weather Kitchen Balcony Harbour Lantern Bicycle Radio Avenue Forest")
	songVerbs      = words("Waiting Running Dancing Sleeping Driving Singing Dreaming Falling Walking Leaving Swimming Drifting Counting Calling")
	songPlaces     = words("Lisbon Tomorrow Nowhere You Marseille Midnight Home Oslo Yesterday Texas Valparaíso Kyoto Reykjavík Sunday Leipzig")
	bandGenres     = words("indie-rock dream-pop synth-pop folk shoegaze electronic ambient house techno jazz soul funk hip-hop reggae punk post-punk metal country blues disco lo-fi chamber-pop garage-rock afrobeat bossa-nova")
	labels         = []string{"Paper Boat Records", "Low Tide", "Harbour Street", "Tin Roof Recordings", "Nine Lamps", "Kettle & Crow", "Blue Hour", "Long Shadow Music"}
	ensembles      = []string{"Lantern Street Orchestra", "Northgate Philharmonic", "Ensemble Clairvoie", "Harbour Chamber Players", "Quartetto Mezzanotte", "Saint Alder Choir & Orchestra", "Isolde Varga", "Matteo Lindqvist", "Yuki Hartnell", "Anselm Okafor"}
	showSubjects   = words("Kitchens Maps Bridges Owls Trains Rivers Clocks Mushrooms Bells Islands Weather Gardens Glass Bicycles Moths Libraries")
	bookNouns      = words("Cartographer Lighthouse Orchard Winter Clockmaker Ferry Archive Apothecary Garden Telegram Glassblower Station")
)

func words(s string) []string { return strings.Fields(s) }
