"""Stop words of Portuguese and English: the words that carry grammar, not the matter of a conversation.

The lists are made for qualitative work: articles, pronouns, prepositions, conjunctions, auxiliary verbs, the small
numbers and the fillers of speech. Words a study may be about (ano, dia, hoje, gente, nunca, time, always, people) are
not among them. Forms are those `qualia.text.iter_words` gives: case folded, composed, with the plain apostrophe and
hyphen.
"""

from __future__ import annotations

from functools import cache

_PT = """
a o as os um uma uns umas
dois duas três quatro cinco seis sete oito nove dez
ao aos à às da das do dos na nas no nos pela pelas pelo pelos num numa nuns numas dum duma duns dumas
dele dela deles delas nele nela neles nelas desse dessa desses dessas deste desta destes destas disso disto
daquele daquela daqueles daquelas daquilo nesse nessa nesses nessas neste nesta nestes nestas nisso nisto
naquele naquela naqueles naquelas naquilo àquele àquela àqueles àquelas àquilo daqui daí dali doutro doutra
de em por para com sem sob sobre entre até desde contra após ante perante durante mediante conforme
e ou nem mas porém contudo todavia entretanto portanto logo pois porque porquê que se como quando enquanto embora
senão quanto quanta quantos quantas onde aonde donde
eu tu ele ela nós vós eles elas você vocês me te lhe lhes vos mim ti si comigo contigo consigo conosco convosco
la lo las los lhas lhos lha lho
meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas vosso vossa vossos vossas
este esta estes estas isto esse essa esses essas isso aquele aquela aqueles aquelas aquilo mesmo mesma mesmos mesmas
quem qual quais cujo cuja cujos cujas quê ninguém
algum alguma alguns algumas alguém algo nenhum nenhuma nenhuns nenhumas
cada qualquer quaisquer outro outra outros outras outrem tudo todo toda todos todas tal tais tanto tanta tantos tantas
certo certa certos certas vários várias ambos ambas
ser sou és é somos sois são era eras éramos eram fui foste foi fomos foram fora fôramos seja sejas sejamos sejam fosse
fosses fôssemos fossem for fores formos forem serei serás será seremos serão seria serias seríamos seriam sendo sido
estar estou estás está estamos estão estava estavas estávamos estavam estive esteve estivemos estiveram esteja estejas
estejamos estejam estivesse estivéssemos estivessem estiver estivermos estiverem estarei estará estaremos estarão
estaria estaríamos estariam estando
ter tenho tens tem temos têm tinha tinhas tínhamos tinham tive teve tivemos tiveram tenha tenhas tenhamos tenham tivesse
tivéssemos tivessem tiver tivermos tiverem terei terá teremos terão teria teríamos teriam tendo tido
haver hei hás há havemos hão havia havíamos haviam houve houvemos houveram haja hajamos hajam houvesse houvéssemos
houvessem houver houvermos houverem haverei haverá haveremos haverão haveria haveríamos haveriam havendo
ir vou vais vai vamos vão ia ias íamos iam irei irá iremos irão iria iríamos iriam vá vás indo
posso podes pode podemos podem podia podíamos podiam pude pôde pudemos puderam poderei poderá poderemos poderão poderia
poderíamos poderiam possa possamos possam pudesse pudéssemos pudessem puder pudermos puderem
devo deves deve devemos devem devia devíamos deviam deveria deveríamos deveriam deverá deverão
não sim já ainda também só apenas muito muita muitos muitas mais menos pouco pouca poucos poucas tão bastante demais
quase assim então aí aqui ali lá cá acolá antes depois agora além aliás inclusive talvez
pra pras pro pros pruma prum né tá tô tava tavam tamos cê cês vc vcs ocê pq tb tbm
ah eh oh ó hã hum hm hmm uhum aham ahn uai ué opa ok okay
"""

_EN = """
one two three four five six seven eight nine ten
a an the this that these those
i you he she it we they me him her us them my your his its our their mine yours hers ours theirs
myself yourself himself herself itself ourselves yourselves themselves oneself one's
who whom whose which what whoever whatever whichever where when why how wherever whenever however
and or but nor so yet if because although though unless until till while whereas whether since as than
of at by for with about against between among into onto through during before after above below to from up down in out
on off over under upon within without toward towards across along around behind beside besides beyond near per via
again further then once here there now
am is are was were be been being have has had having do does did doing done
will would shall should can could may might must ought cannot
i'm you're he's she's it's we're they're that's there's here's what's who's where's how's when's why's
i've you've we've they've who've should've could've would've might've must've
i'd you'd he'd she'd it'd we'd they'd that'd there'd who'd
i'll you'll he'll she'll it'll we'll they'll that'll there'll who'll
isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't didn't won't wouldn't shan't shouldn't can't couldn't
mayn't mightn't mustn't needn't oughtn't ain't let's y'all c'mon
no not yes yeah yep nope too very just only also even still already almost quite rather really much many more most less
least few little some any each every either neither both all none other others another such own same else
someone somebody something anyone anybody anything everyone everybody everything nobody nothing
gonna gotta wanna kinda sorta dunno
im ive youre theyre thats dont doesnt didnt isnt arent wasnt werent havent hasnt hadnt wouldnt shouldnt couldnt
ah eh er erm uh uhm um hm hmm mm mhm mm-hmm uh-huh huh oh ok okay
"""

STOP_WORD_LANGUAGES: tuple[str, ...] = ("pt", "en")
"""The ISO 639-1 codes `stop_words` knows."""


def stop_words(language: str) -> frozenset[str]:
    """Return the stop words of a language, as `qualia.text.iter_words` spells words.

    Args:
        language: one of `STOP_WORD_LANGUAGES`.

    Raises:
        ValueError: there is no list for the language; the sentence names those there are.
    """
    if language not in STOP_WORD_LANGUAGES:
        raise ValueError(f"there are no stop words for {language!r}; there are for {', '.join(STOP_WORD_LANGUAGES)}")
    return _split(language)


@cache
def _split(language: str) -> frozenset[str]:
    return frozenset({"pt": _PT, "en": _EN}[language].split())
