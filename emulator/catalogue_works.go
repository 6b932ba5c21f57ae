package emulator

// Composers long dead and works everybody may play: one line a composer (name, year of birth,
// genres), then indented lines of works with their movements.
const worksText = `
Johann Sebastian Bach|1685|baroque,classical
 Cello Suite No. 1 in G Major, BWV 1007: I. Prélude; II. Allemande; III. Courante; IV. Sarabande; V. Menuets I & II; VI. Gigue
 Brandenburg Concerto No. 3 in G Major, BWV 1048: I. Allegro; II. Adagio; III. Allegro
 Goldberg Variations, BWV 988: Aria; Variation 1; Variation 2; Variation 5; Variation 13; Variation 25; Variation 30 (Quodlibet); Aria da capo
 Partita No. 2 in D Minor, BWV 1004: I. Allemanda; II. Corrente; III. Sarabanda; IV. Giga; V. Ciaccona
 Toccata and Fugue in D Minor, BWV 565: I. Toccata; II. Fugue
Antonio Vivaldi|1678|baroque,classical
 The Four Seasons, Concerto No. 1 in E Major, RV 269 "Spring": I. Allegro; II. Largo e pianissimo sempre; III. Danza pastorale
 The Four Seasons, Concerto No. 2 in G Minor, RV 315 "Summer": I. Allegro non molto; II. Adagio e piano; III. Presto
 The Four Seasons, Concerto No. 3 in F Major, RV 293 "Autumn": I. Allegro; II. Adagio molto; III. La caccia
 The Four Seasons, Concerto No. 4 in F Minor, RV 297 "Winter": I. Allegro non molto; II. Largo; III. Allegro
 Gloria in D Major, RV 589: I. Gloria in excelsis Deo; II. Et in terra pax; III. Laudamus te; IV. Gratias agimus tibi
George Frideric Handel|1685|baroque,classical
 Water Music, Suite No. 2 in D Major, HWV 349: I. Allegro; II. Alla Hornpipe; III. Minuet; IV. Lentement; V. Bourrée
 Messiah, HWV 56: Sinfony; Comfort Ye; Ev'ry Valley; For Unto Us a Child Is Born; Hallelujah; I Know That My Redeemer Liveth
 Music for the Royal Fireworks, HWV 351: I. Ouverture; II. Bourrée; III. La Paix; IV. La Réjouissance; V. Menuets
Henry Purcell|1659|baroque,classical,opera
 Dido and Aeneas, Z. 626: Overture; Shake the Cloud from Off Your Brow; Fear No Danger; When I Am Laid in Earth; With Drooping Wings
 Abdelazer, Z. 570: I. Overture; II. Rondeau; III. Air; IV. Hornpipe
Joseph Haydn|1732|classical
 Symphony No. 94 in G Major "Surprise": I. Adagio – Vivace assai; II. Andante; III. Menuetto; IV. Allegro di molto
 Trumpet Concerto in E-Flat Major, Hob. VIIe:1: I. Allegro; II. Andante; III. Finale. Allegro
 String Quartet in C Major, Op. 76 No. 3 "Emperor": I. Allegro; II. Poco adagio, cantabile; III. Menuetto; IV. Finale. Presto
Wolfgang Amadeus Mozart|1756|classical,opera
 Eine kleine Nachtmusik, K. 525: I. Allegro; II. Romanze; III. Menuetto; IV. Rondo
 Symphony No. 40 in G Minor, K. 550: I. Molto allegro; II. Andante; III. Menuetto; IV. Allegro assai
 Requiem in D Minor, K. 626: Introitus; Kyrie; Dies irae; Tuba mirum; Confutatis; Lacrimosa
 Piano Sonata No. 11 in A Major, K. 331: I. Andante grazioso; II. Menuetto; III. Alla turca
 The Magic Flute, K. 620: Overture; Der Vogelfänger bin ich ja; Dies Bildnis ist bezaubernd schön; Der Hölle Rache; Pa-pa-pa
Ludwig van Beethoven|1770|classical,romantic
 Symphony No. 5 in C Minor, Op. 67: I. Allegro con brio; II. Andante con moto; III. Allegro; IV. Allegro
 Symphony No. 6 in F Major, Op. 68 "Pastoral": I. Awakening of Cheerful Feelings; II. Scene by the Brook; III. Merry Gathering; IV. Thunderstorm; V. Shepherd's Song
 Symphony No. 9 in D Minor, Op. 125: I. Allegro ma non troppo; II. Molto vivace; III. Adagio molto e cantabile; IV. Presto – Allegro assai
 Piano Sonata No. 14 in C-Sharp Minor, Op. 27 No. 2 "Moonlight": I. Adagio sostenuto; II. Allegretto; III. Presto agitato
 Bagatelle No. 25 in A Minor, WoO 59: Für Elise
Franz Schubert|1797|romantic,classical,lieder
 Winterreise, D. 911: Gute Nacht; Die Wetterfahne; Der Lindenbaum; Frühlingstraum; Die Krähe; Der Leiermann
 String Quintet in C Major, D. 956: I. Allegro ma non troppo; II. Adagio; III. Scherzo; IV. Allegretto
 Piano Quintet in A Major, D. 667 "Trout": I. Allegro vivace; II. Andante; III. Scherzo; IV. Andantino; V. Allegro giusto
 Impromptus, D. 899: No. 1 in C Minor; No. 2 in E-Flat Major; No. 3 in G-Flat Major; No. 4 in A-Flat Major
Fanny Hensel|1805|romantic,classical
 Das Jahr: January; February; March; June; September; December; Postlude
 String Quartet in E-Flat Major: I. Adagio ma non troppo; II. Allegretto; III. Romanze; IV. Allegro molto vivace
Felix Mendelssohn|1809|romantic,classical
 Violin Concerto in E Minor, Op. 64: I. Allegro molto appassionato; II. Andante; III. Allegretto non troppo
 A Midsummer Night's Dream, Op. 61: Overture; Scherzo; Nocturne; Wedding March
 The Hebrides, Op. 26: Fingal's Cave
Frédéric Chopin|1810|romantic,classical,piano
 Nocturnes, Op. 9: No. 1 in B-Flat Minor; No. 2 in E-Flat Major; No. 3 in B Major
 Préludes, Op. 28: No. 4 in E Minor; No. 6 in B Minor; No. 7 in A Major; No. 15 in D-Flat Major "Raindrop"; No. 20 in C Minor
 Études, Op. 10: No. 1 in C Major; No. 3 in E Major; No. 5 in G-Flat Major; No. 12 in C Minor "Revolutionary"
 Piano Sonata No. 2 in B-Flat Minor, Op. 35: I. Grave – Doppio movimento; II. Scherzo; III. Marche funèbre; IV. Finale
Robert Schumann|1810|romantic,classical,lieder
 Kinderszenen, Op. 15: Von fremden Ländern und Menschen; Kuriose Geschichte; Hasche-Mann; Träumerei; Der Dichter spricht
 Dichterliebe, Op. 48: Im wunderschönen Monat Mai; Aus meinen Tränen sprießen; Ich grolle nicht; Die alten, bösen Lieder
Clara Schumann|1819|romantic,classical,piano
 Piano Trio in G Minor, Op. 17: I. Allegro moderato; II. Scherzo; III. Andante; IV. Allegretto
 Three Romances for Violin and Piano, Op. 22: I. Andante molto; II. Allegretto; III. Leidenschaftlich schnell
Franz Liszt|1811|romantic,classical,piano
 Liebesträume, S. 541: No. 1 in A-Flat Major; No. 2 in E Major; No. 3 in A-Flat Major
 Hungarian Rhapsody No. 2 in C-Sharp Minor, S. 244: Lento a capriccio; Friska
Giuseppe Verdi|1813|opera,romantic
 La traviata: Preludio; Libiamo ne' lieti calici; Sempre libera; Di Provenza il mar; Addio del passato
 Nabucco: Sinfonia; Va, pensiero; Anch'io dischiuso un giorno
Johannes Brahms|1833|romantic,classical
 Symphony No. 4 in E Minor, Op. 98: I. Allegro non troppo; II. Andante moderato; III. Allegro giocoso; IV. Allegro energico
 Hungarian Dances, WoO 1: No. 1 in G Minor; No. 4 in F Minor; No. 5 in F-Sharp Minor; No. 6 in D-Flat Major
 Intermezzi, Op. 117: No. 1 in E-Flat Major; No. 2 in B-Flat Minor; No. 3 in C-Sharp Minor
Georges Bizet|1838|opera,romantic
 Carmen: Prélude; L'amour est un oiseau rebelle; Près des remparts de Séville; Votre toast; La fleur que tu m'avais jetée
 L'Arlésienne, Suite No. 1: I. Prélude; II. Minuet; III. Adagietto; IV. Carillon
Modest Mussorgsky|1839|romantic,classical
 Pictures at an Exhibition: Promenade; Gnomus; Il vecchio castello; Tuileries; Bydlo; The Hut on Hen's Legs; The Great Gate of Kiev
Pyotr Ilyich Tchaikovsky|1840|romantic,classical,ballet
 Swan Lake, Op. 20: Scene; Waltz; Dance of the Little Swans; Pas de deux; Hungarian Dance; Final Scene
 The Nutcracker, Op. 71: Miniature Overture; March; Dance of the Sugar Plum Fairy; Trepak; Waltz of the Flowers
 Symphony No. 6 in B Minor, Op. 74 "Pathétique": I. Adagio – Allegro non troppo; II. Allegro con grazia; III. Allegro molto vivace; IV. Finale
Antonín Dvořák|1841|romantic,classical
 Symphony No. 9 in E Minor, Op. 95 "From the New World": I. Adagio – Allegro molto; II. Largo; III. Scherzo; IV. Allegro con fuoco
 String Quartet No. 12 in F Major, Op. 96 "American": I. Allegro ma non troppo; II. Lento; III. Molto vivace; IV. Finale
 Cello Concerto in B Minor, Op. 104: I. Allegro; II. Adagio ma non troppo; III. Finale
Edvard Grieg|1843|romantic,classical
 Peer Gynt, Suite No. 1, Op. 46: I. Morning Mood; II. Åse's Death; III. Anitra's Dance; IV. In the Hall of the Mountain King
 Piano Concerto in A Minor, Op. 16: I. Allegro molto moderato; II. Adagio; III. Allegro moderato molto e marcato
Gabriel Fauré|1845|romantic,classical
 Requiem in D Minor, Op. 48: I. Introït et Kyrie; II. Offertoire; III. Sanctus; IV. Pie Jesu; V. Agnus Dei; VI. Libera me; VII. In Paradisum
 Pavane in F-Sharp Minor, Op. 50: Pavane
Claude Debussy|1862|impressionism,classical,piano
 Suite bergamasque, L. 75: I. Prélude; II. Menuet; III. Clair de lune; IV. Passepied
 La mer, L. 109: I. De l'aube à midi sur la mer; II. Jeux de vagues; III. Dialogue du vent et de la mer
 Préludes, Book 1, L. 117: Danseuses de Delphes; Voiles; La fille aux cheveux de lin; La cathédrale engloutie; Minstrels
Erik Satie|1866|impressionism,classical,piano
 Gymnopédies: No. 1. Lent et douloureux; No. 2. Lent et triste; No. 3. Lent et grave
 Gnossiennes: No. 1; No. 2; No. 3; No. 4; No. 5
Scott Joplin|1868|ragtime,jazz,piano
 Piano Rags: Maple Leaf Rag; The Entertainer; Elite Syncopations; Solace; Pine Apple Rag; Magnetic Rag
Amy Beach|1867|romantic,classical
 Gaelic Symphony in E Minor, Op. 32: I. Allegro con fuoco; II. Alla siciliana; III. Lento con molto espressione; IV. Allegro di molto
`
