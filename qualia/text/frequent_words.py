"""Frequent words of six languages, by which `qualia.text.languages` tells them apart.

Each list has the words that carry grammar, then some that people say and write every day; chats' own forms too.
"""

from __future__ import annotations

ENGLISH = """
a about all also am an and any are as at be because been but by can could did didn do does doesn don for from get go had
has have he her him his how i if in into is isn it its just know like ll me more my no not now of on one or our out re s
she so some t that the their them then there these they this to up us ve was we were what when which who will with would
yeah yes you your above across after again against almost alone along already although always another anyone anything
around away back bad beautiful became become before began behind being believe best better between big bit book both boy
bring brother called came cannot car change child children city close come coming country course day days dear didn't
different doing don't done door down dude during each early easily either else end enough even ever every everyone
everything excited eyes face family far fast father feel few find first follow following food found friday friend
friends fuck full fun game gave getting girl give given going gonna good got great guess guys half hand happen happy
hard hate having head hear heart help here high himself home hope hour house however human i'm i'll it's idea important
instead job keep kids kind knew last late later least leave left less let life light little live long look looking lot
love made make making man many may maybe mean men might mind miss moment monday money month morning most mother mr much
music must myself name need never new news next nice night nothing off often old once only open other others ought over
own part party people person phone place play please point problem put question quite ready real really reason right
room said same saturday saw say saying school season see seems seen set shall should show shows side since sister
someone something soon sorry start state still stop story such sunday sure take talk tell than thank thanks that's thing
things think though thought three through thursday time today together told tomorrow tonight too took toward tried true
try trying tuesday turn two under until upon use used very video voice wait walk want wanted wants watch watching water
way wednesday week weekend well went weren't where whether while white whole whom whose why wife wish without woman
women wonderful word words work working world wouldn't write wrong year years yesterday yet young yourself aren't can't
freedom equal everybody law protection rights entitled society national
"""
PORTUGUESE = """
a ao aos aqui as até com como da das de dela dele depois do dos e ela elas ele eles em então era essa esse esta está
estava este estou eu foi foram gente há isso isto já lá lhe mais mas me meu minha muito na nas nem no nos nossa nosso
não né nós num numa o os ou para pela pelo por porque pra qual quando que quem se sem ser será sim sua são só também tem
tenho ter teve tinha tudo tá um uma vai vamos você vocês à às é abaixo acabou acha achei acho acima acontece agora ai aí
ainda além algo alguém algum alguma alguns algumas ali alto amanhã amei amigo amigos amo amor andar ano anos antes
apenas após aquela aquele aqueles aquilo assim assistindo assistir através bem bom bonita bonito boa boas bons brasil
cabeça cada cadê caiu cara casa caso cedo cena certo chegar chegou cheio coisa coisas coitado colocar comer comida
começa começar começou comigo conhecer consegue consigo contra coração cozinha cozinhar criança cê dar daqui dentro
desde dessa desse desta deste deu deus deve dia dias difícil dinheiro disse disso dizer dois domingo dormir duas durante
durmo edição embora encontro enquanto entender entre equipe errado escola espero estamos estar estão existe falando
falar falou falta fala família fato faz fazendo fazer feito feliz fez fica ficar ficou filha filho filhos filme fim
final fiquei foda fora fosse frente fui fácil gostei gosto gostoso grande haja hein hj hoje homem homens hora horas
história ia igual importante infelizmente inteiro ir jantar jeito jogo jovem junto juntos kkk kkkk kkkkk lado legal
levar ligado linda lindo livre lixo logo longe lugar lutar lógico maior manda manhã mano maravilhosa maravilhoso mãe
meio melhor menina menino menos mesma mesmo meus mil minhas moda moça momento morri morro mostra muda mulher mulheres
mundo música muita muitas muitos nada naquela naquele nela nele nenhum nessa nesse nesta neste ninguém noite nome nossas
nossos nota nova novela novo nunca olha olhar ontem onde outra outras outro outros pai parabéns parece parte passa
passar passou pediu pega peguei pelas pelos pena pensar perder pessoa pessoas pior pode podem poder poderia pois posso
pouco povo pq prato prazer precisa preciso pro programa pronto prova própria próprio pôr qualquer quanto quase quer
queria quero questão quinta rainha ridículo rindo ruim sabe saber saiu sair saudade saudades segunda sei seja sejam
sempre sendo senhor sentir seria sexta sido siga sobre socorro sou somos sonho suas sábado tanta tanto tarde tava te
tempo terra terça teu tia tipo tirar toda todas todo todos tomar torcendo torcer trabalho triste tv tão tô última último
vamo vc vcs vejo vem vendo ver verdade vergonha vez vezes vi vida vir viu voltar volta vontade vou voz vão mim seus teus
essas esses estas estes aquelas demais dando adoro adorei amando odeio quantos quantas nao q mto mta tbm tb agr oi tchau
jornal paz dá sai deixa deixou medo roupa adora azul beleza boca bora caralho cantando canta cantar carne chorar
chorando chocado colocando colocou conversa conversar cor cuidado dizendo dizem direto doce dono drama emocionada
emocionado esposa ferro festa fã fome ganha ganhar ganhou gata grupo hahaha hahahaha imagem jogar jogou julgar lembro
lembra leva maluco marido mata mesa minutos monte morreu morta mostrando moço novos obrigada obrigado olho olhos orgulho
panela passado pedir perde perdeu perdi porra pouca presença pressão primeira primeiro procurar programas público quarta
queridos rapaz reportagem rs sabia sangue série séries silêncio sofá sofrer sorriso talento telefone tensa tenso terá
torcida totalmente trocar uai valeu vestido viado virar vídeo vídeos vivo volte xuxa assusta assistiu audiência comprar
compra loja mala qualidade veio aparelho aplicativo funciona funcionou muitíssimo serviço travando atualização adorar
livro leitura ler li personagem reunião pessoal projeto entrevista pergunta resposta exemplo processo atendimento
comprei entrega produto péssimo ótimo ótima recomendo direito direitos dever liberdade lei proteção igualdade nacional
sociedade
"""
SPANISH = """
a al algo aquí así aunque como con cual cuando de del desde donde el ella ellas ellos en entonces era eres es esa ese
eso esta estaba estamos estar este esto estoy está están fue ha había hace hasta hay la las le les lo los me mi muy más
ni no nos nosotros o otra otro para pero poco por porque pues que quien qué se ser si sin sobre son soy su sus sí
también tan te tengo tiene toda todo todos tu un una unos usted ustedes y ya yo él abajo acaba adelante además ahora ahí
algún alguien alguna algunos allí allá alto amiga amigo amigos amo amor antes años año aquel aquella aún ayer ayuda bajo
bastante bien bonita bonito buen buena bueno buenos buenas cabeza cada calle cama casa casi caso chica chico cierto
ciudad claro clase comer comida cómo conmigo contigo contra corazón cosa cosas creo cualquier cuenta cuerpo cuál cuándo
cuánto da dar debe debo decir dejar demás dentro después detrás dice dicen dicho dinero dios día días dijo domingo dónde
dormir dos durante e ejemplo ello empezar encima encontrar entre equipo eran escuela espero estado estás estos esos
estas estuve familia favor feliz fin final forma fuera fuerte fui gente gracias gran grande grupo gusta gustaría haber
hablar hablando hacer haciendo hacia hambre hemos hermano hermosa hija hijo hijos historia hizo hola hombre hombres hora
horas hoy hubo idea igual importante ir jamás joven juego jueves jugar junto jugador libre libro llega llegar lleva
llevar luego lugar lunes malo manera mano martes mañana mayor mejor menos mes mesa mientras miedo miércoles mil minuto
mira mis misma mismo momento muchas mucho muchos muchísimo muerte mujer mujeres mundo música nada nadie necesito ningún
ninguna niña niño niños noche nombre nuestra nuestro nuestros nueva nuevo nunca ojalá ojos os otros otras padre país
palabra parece parte partido pasa pasado pasar pena pensar peor perro persona personas pesar poder podría poner porqué
posible primer primera primero problema pronto propia propio pueblo puede puedes puedo punto puta puse quiere quieren
quiero quizás razón reír rápido sabe saber sábado sacar salir sea sean seguir seguro según semana sentir señor será
sería siempre siendo siente siguiente sino solo sólo sois sueño suerte tal tanta tanto tarde temprano tener tenía tiempo
tienes tierra trabajo tras tres triste tus tuve último uno va vale vamos van veces ven ver verdad vez vi vida viejo
viene viernes vivir voy volver vuelta vosotros derecho derechos libertad ley protección igualdad nacional sociedad
"""
FRENCH = """
a ai alors as au aussi aux avec avait avons bien c ce cela ces cette ceux chez comme d dans de des donc du elle elles en
est et eu eux fait faut il ils j je jusqu l la le les leur leurs lui m ma mais me mes moi mon même n ne nos notre nous
on ont ou où par parce pas peut plus pour qu quand que qui rien s sa sans se ses si son sont sur t ta te toi ton tous
tout toute toutes très tu un une va vos votre vous y à ça était été être abord accord afin ainsi ailleurs allait aller
allez ami amie amis amour an année années ans appel apprendre après assez attend aucun aucune aujourd'hui aujourd auprès
autour autre autres avais avant avoir beau beaucoup belle besoin bon bonjour bonne bonsoir bref c'est car cause celle
celles celui cent certain certaine chacun chaque chambre chaud cher chose choses ci coeur cœur coup cours côté crois
d'un d'une dehors déjà demain demande depuis dernier derrière dès dessus deux devant devenir devez devoir devrait dieu
dimanche dire dis disait dit doit dois donne donner dont dormir droit droite début eau école effet encore enfant enfants
enfin ensemble ensuite entre envie es essaie étaient étais état étant façon faire fais faisait famille faute femme
femmes fera fête fille filles film fils fin fois font force foot français france frère garçon gauche genre gens grand
grande gros guerre haut heure heures heureux hier histoire homme hommes hors hui humain ici idée impression important
ira j'ai j'aime jamais jeu jeudi jeune jeunes joie jouer jour journée jours juste là laisse l'on lequel libre lieu livre
loin long lors lorsque lundi lune madame main maintenant maison mal malgré manger marche mardi matin mauvais meilleur
merci mercredi mère merde messieurs mettre mieux milieu mille moins mois moment monde monsieur mort mot moyen n'est n'a
n'y nom nouveau nouvelle nuit oui ouvert parfois parle parler part partie partir passe passer pauvre pays pendant pense
penser père perdu personne personnes petit petite petits peu peur peuple peuvent peux pied place plein plutôt point
porte possible pourquoi pourtant pouvait pouvoir premier première prend prendre près presque prêt prix problème puis
puisque qu'elle qu'il qu'on quel quelle quelque quelques quelqu'un quitte quoi raison regarde rend rentre reste rester
rêve revoir rue s'est sais sait salut samedi sang savoir sein selon semaine sens sera serait seul seule seulement siècle
soeur soi soir soit soleil sommes sorte sortir souvent suis suite sûr surtout tant tard tel telle temps terre tête tôt
toujours travail trois trop trouve trouver truc tuer un' vais valeur vendredi vers veut veux vie vieux vient ville vingt
vite vivre voici voilà voir vois voiture voit voix vrai vraiment vu yeux droits liberté loi protection égalité nationale
société
"""
GERMAN = """
aber alle als also am an auch auf aus bei bin bis da damit dann das dass dem den denn der des die dies diese dieser doch
du durch ein eine einem einen einer eines er es etwas für gegen habe haben hat hatte hier ich ihm ihn ihr ihre im in ist
ja jeder kann kein keine man mehr mein meine mich mir mit muss nach nicht noch nur ob oder ohne schon sehr sein seine
sich sie sind so soll über um und uns unter vom von vor war waren warum was wenn wer werden wie wieder wir wird wurde zu
zum zur abend aller allein alles allem allen ander andere anderen anders anfang arbeit art auge augen außer außerdem
bald beide beiden beim beispiel besser beste besten bett bevor bild bisher bist bitte bleibt brauche brauchen bringen
bruder buch dabei dafür daher dahin damals danach daneben danke daran darauf daraus darf darin darum darüber davon dazu
deine deinem denen denken derer deren deshalb dessen deutsch deutschen deutschland dich dienstag dieses ding dir direkt
donnerstag dort drei dürfen echt ehe eigentlich einfach einige einmal ende endlich entweder erst erste ersten etwa euch
euer fahren fall falsch familie fast fertig finde finden frage frau frauen frei freitag freiheit freue freund freunde
früh führen fünf ganz ganze ganzen gar geben gefällt gehen geht gehört geld gemacht genau genug gerade gern gerne gesagt
gesicht gestern gesehen getan gewesen gibt ging glaube gleich glück gott groß große großen gut gute guten habt halt hand
hast hatten haus heißt helfen herr herz heute hilfe hin hinter hoch hätte hören immer indem ihrem ihren ihrer ihres
irgendwie jahr jahre jahren je jede jeden jedem jedoch jemand jene jetzt junge kaum keinen keiner kennen kind kinder
klar klein kleine komme kommen kommt konnte können könnte kopf lang lange lassen leben leicht leider letzte leute liebe
lieben liegt macht machen mag mal manche mann männer meinen meiner meist mensch menschen milch mittwoch möchte möglich
montag morgen müssen musst musste mutter nacht nah name natürlich neben nehmen nein neu neue neuen nichts nie niemand
nun oben oft paar platz problem recht rechte richtig sache sagen sagt sah samstag schade schlecht schlafen schnell schön
schule schwer sehen sehe seid seinem seinen seiner seit seite selbst setzen sicher sogar solche sollen sollte sondern
sonntag sonst spaß spiel spielen sprechen spät stadt stark statt steht stelle stunde stunden suchen tag tage tagen teil
tod toll tun tür uhr unser unsere unten vater verstehen viel viele vielen vielleicht vier volk voll während wahr wann
wasser weg wegen weil weiß weit weiter welche welcher welt wenig wenige weniger werde wichtig will willst wirklich
wissen wo woche wochen wohl wollen wollte worden wort worte wäre würde würden zeit zehn ziemlich zurück zusammen zwei
zwischen anspruch gesetz schutz gesellschaft
"""
ITALIAN = """
a ad agli ai al alla alle allo anche ancora che chi ci come con così cosa cui da dagli dai dal dalla dalle dei del della
delle dello di dove e ed era essere fatto fra gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi mia mio
molto ne nei nel nella nelle nessun no noi non nostra nostro o ogni ognuno per perché perciò più poi può qua quale
quando quanto quella quello questa questo qui sarà se senza si sia siamo sono sta su sua sue sul sulla suo suoi te ti
tra tu tutti tutto un una uno vi voi è abbastanza abbia abbiamo acqua adesso agosto allora almeno alto altra altre altri
altro amica amici amico amo amore anima anno anni anzi appena aspetta avanti avere aver aveva avevo avete bambini
bambino basta bella belle belli bello bene bisogno bravo brutto buon buona buono caldo cambiare campo cane capire capito
casa caso cazzo cena cercare certo chiaro chiede chiesa ciao cielo cinque città ciò colpa comunque cose costa credo
cuore d'accordo davanti davvero dentro detto deve devi devo dice dico dietro difficile dio dire diritto diritti diverso
divertente domani domenica donna donne dopo dormire dovrebbe due durante eccetera ecco erano esempio esiste essa esso
facendo faccia faccio facile fai famiglia fare fate felice festa figlia figlio figli fine fino finalmente fondo forse
forte forza foto fratello freddo fuori gente già giocare gioco giornata giorni giorno giovane giovedì giusto governo
grande grandi grazie gruppo guarda guardare guerra idea ieri importa importante incontro infatti inizio insieme intanto
invece italia italiani lascia lavorare lavoro legge leggere lì libertà libro lontano luce lungo luogo lunedì là macchina
madre magari mai male mamma mangiare mani mano mare martedì mattina meglio meno mentre mercoledì mese mesi mettere mezzo
miei mila mille minuti modo moglie momento mondo morte musica nemmeno nessuna nessuno nome nostre nostri notte nulla
nuova nuovo occhi oggi oltre ora ore padre paese paesi pagare papà parla parlare parole parte partita passato paura
peggio pensare penso perfetto però persona persone piace piacere piccola piccolo piedi piena pieno poco porta possibile
possiamo posso potere potrebbe prego prende prendere presto prima primo problema pronto proprio prossimo punto purtroppo
pure qualche qualcosa qualcuno quasi quattro quei quelle quelli queste questi quindi ragazza ragazzi ragazzo ragione
resto ricordo ridere sabato sai sapere sappiamo sarebbe scuola scusa secondo sei sembra sempre sentire sera settimana
senti sicuro sicurezza signora signore soldi sole solo soltanto sogno sorella sotto spero spesso stai stanno stare stata
stati stato stasera stesso strada subito successo sveglia tanta tanti tanto tardi telefono tempo terra testa trovare
troppo trova tutta tutte tuo ultima ultimo uomini uomo usare va vado vai vedere vedo veloce venerdì venire vera
veramente vero verso via vieni viene vita vivere voglia voglio volta volte vuole vuoi zio individuo uguaglianza
nazionale società protezione
"""
