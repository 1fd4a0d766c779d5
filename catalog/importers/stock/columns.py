"""What columns of stock files mean, in the languages and dialects that are met."""

import re

from django.utils.translation import gettext_lazy as _

# The fields a column can be mapped to, as the mapping screen names them. Those in REPEATED may stand
# in several columns; "" passes a column over.
FIELDS = {
    "sku": _("SKU (your number of the copy)"), "action": _("Add or delete"), "status": _("For sale, sold, removed"),
    "quantity": _("Quantity"), "price": _("Price"), "currency": _("Currency"), "cost": _("What it cost you"),
    "condition": _("Condition"), "jacket": _("Dust jacket"), "notes": _("Description of the copy"),
    "private_notes": _("Private notes"), "defects": _("Defects"), "signed": _("Signed"), "inscribed": _("Inscribed by the author"),
    "first_edition": _("First edition"), "ex_library": _("Ex-library"), "book_club": _("Book club edition"),
    "print_on_demand": _("Printed on demand"), "shelf": _("Where it stands"), "weight": _("Weight"),
    "weight_unit": _("Unit of weight"), "weight_g": _("Weight in grams"), "keywords": _("Keywords"), "category": _("Your category"),
    "edition": _("Edition, as stated"), "printing": _("Printing"), "image": _("Address of a picture"),
    "title": _("Title"), "subtitle": _("Subtitle"), "author": _("Author"), "illustrator": _("Illustrator"),
    "editor": _("Editor"), "translator": _("Translator"), "publisher": _("Publisher"), "place": _("Place of publication"),
    "date": _("Date of publication"), "isbn": _("ISBN or EAN"), "asin": _("ASIN"), "oclc": _("OCLC number"), "lccn": _("LCCN"), "product_id": _("Product number"),
    "product_id_type": _("Kind of product number"), "binding": _("Binding"), "series": _("Series"), "volume": _("Volume"),
    "language": _("Language"), "pages": _("Pages"), "size": _("Size"), "kind": _("Kind of product"),
}  # fmt: skip
REPEATED = frozenset(["category", "image", "isbn", "keywords", "notes"])
# Columns we write ourselves and pass over when they come back.
ERROR_COLUMN = "Books4All: please correct"
_SYNONYMS = {
    "sku": "sku listingid sellersku vendorsku vendorlistingid bookid booknumber bookno stocknumber stockno stockid stockcode itemnumber itemno itemid "
    "inventoryid inventorynumber id reference ref referencenumber productcode dealerid sellerid sellerbookid sellersid customlabel number "
    "artikelnummer artikelnr bestellnummer bestellnr händlersku bestandsnummer nummer buchnummer référence reference numero numéro skuvendeur "
    "skuvenditore codice riferimento skudelvendedor código codigo referencia bestelnummer ur book",
    "action": "adddelete action tran transaction transactiontype transactioncode updatedelete aktion opération operation azione acción hinzufügenlöschen",
    "status": "status stat availability available listingstatus itemstatus is statusdremove statussforsaledremove verfügbarkeit disponibilité estado stato",
    "quantity": "quantity qty quant copies noofcopies numberofcopies stock stocklevel onhand instock quantityavailable availablequantity menge anzahl bestand stück "
    "exemplare lagerbestand quantité quantite stockdisponible nombre exemplaires quantità quantita cantidad existencias aantal voorraad ilość 数量 co quan able",
    "price": "price sellingprice saleprice listprice retailprice askingprice yourprice unitprice priceinc amount preis verkaufspreis vk vkpreis prix prixdevente prezzo precio pvp prijs cena 価格 pr pric "
    "pricegbp priceeur priceusd pricegb pricecad priceaud",
    "currency": "currency currencycode pricecurrency währung waehrung devise monnaie valuta moneda divisa",
    "cost": "cost costprice purchaseprice buyprice unitcost bookcost acquisitioncost einkaufspreis ek ekpreis prixdachat prixachat costo prezzoacquisto coste preciodecompra inkoopprijs pc pprc",
    "condition": "condition bookcondition itemcondition cond conditioncode conditiontype grade bookgrade zustand artikelzustand erhaltung erhaltungszustand état etat étatproduit étatdulivre condizione condizioni condizionedellarticolo statodiconservazione "
    "estadoproducto estadodelartículo conservación conservacion staat conditie stan 商品コンディション cn booc",
    "jacket": "jacketcondition jacketcond jacket dustjacket dustjacketcondition djcondition djcond djgrade dustwrapper dw dwcondition schutzumschlag jaquette sovraccoperta sobrecubierta stofomslag jk jckc",
    "notes": "description notes note itemnote itemdescription comments comment conditionnote conditionnotes bookdescription copynotes remarks details longdescription "
    "beschreibung artikelbeschreibung bemerkung bemerkungen anmerkung anmerkungen anmerkungzumartikel zustandsbeschreibung commentaire commentaires noteétatarticle noteetatarticle descriptionarticle remarques descrizione descrizionearticolo descripción descripcion observaciones notas beschrijving opmerkingen opis "
    "商品説明 nt desc djcomments",
    "private_notes": "privatenotes privatenote internalnotes internalnote internalcomments sellernotes ownernotes mynotes intern internebemerkung internenotiz notesprivées notesinternes noteprivate notasprivadas",
    "defects": "defects defect faults mängel défauts difetti defectos",
    "signed": "signed signedtext signature issigned sgnt signiert signé signe dédicacé autografato firmato firmado gesigneerd",
    "inscribed": "inscribed inscribedbyauthor inscription",
    "first_edition": "first firsted firstedition isfirstedition isfirst first1true firstedition1true erstausgabe éditionoriginale primaedizione primeraedición",
    "ex_library": "exlibrary exlib formerlibrary",
    "book_club": "bookclub bookclubedition",
    "print_on_demand": "printondemand pod",
    "shelf": "location shelf shelflocation bin binlocation loca lo storagelocation standort lagerort regal emplacement posizione scaffale ubicación ubicacion locatie plank",
    "weight": "weight itemweight shippingweight bookweight wt gewicht poids peso",
    "weight_unit": "weightunit weightunits itemweightunit unitofweight gewichtseinheit unitédepoids",
    "weight_g": "weightg weightgrams weightingrams gewichtg gewichtgramm poidsg pesog",
    "keywords": "keywords keyword tags searchterms ke schlagworte schlagwörter stichworte motsclés motscles parolechiave palabrasclave trefwoorden keyword1 keyword2 keyword3 keyword4 keyword5",
    "category": "category categories sellercatalog sellercatalog1 sellercatalog2 sellercatalog3 sellercategory sellercategories catalog catalogue section shopcategory genre subject subjects subject1 subject2 subject3 subject4 subject5 category1 category2 category3 category4 category5 "
    "abecategory kategorie kategorien sachgebiet gebiet warengruppe catégorie categorie rayon categoria categoría materia rubriek bcat ca mt",
    "edition": "edition editiontext editionstatement editionstated bookedition ed ednt auflage ausgabe édition edizione edición edicion druk",
    "printing": "printing printingtext printingstated impression printrun druckauflage tirage",
    "image": "imageurl imgurl image images imageurls image1 image2 image3 image4 image5 photo photos picture pictureurl photourl mainimageurl mainimage bild bildurl bildadresse foto fotos urlimage urlimmagine urlimagen im",
    "title": "title booktitle itemname itemtitle producttitle productname name fulltitle titel buchtitel artikelbezeichnung titre nomproduit titolo nomedellarticolo título titulo nombreproducto títulodelproducto tytuł 商品名 書名 ti tnam",
    "subtitle": "subtitle untertitel soustitre sottotitolo subtítulo ondertitel",
    "author": "author authors authorname bookauthor writer autor autoren verfasser auteur auteurs autore autori autores schrijver 著者 aa anam",
    "illustrator": "illustrator illustrators illustratedby illustrateur illustratore ilustrador ai illu",
    "editor": "editor editors herausgeber hrsg éditeurscientifique curatore",
    "translator": "translator translators translatedby übersetzer traducteur traduttore traductor vertaler",
    "publisher": "publisher publishername pubname publishedby publishers imprint pub verlag éditeur editeur maisondédition editore casaeditrice editorial uitgever uitgeverij wydawnictwo 出版社 pu pbls",
    "place": "place placepublished placeofpublication publicationplace placepub pubplace publishplace city ort erscheinungsort verlagsort lieu lieudédition lieudepublication luogo luogodipubblicazione lugar lugardeedición plaats pp plac",
    "date": "year yearpublished publicationyear publicationdate datepublished datepub pubdate pubyear publishyear publisheddate publishdate published copyright copyrightdate date jahr erscheinungsjahr année annee annéedepublication anno annodipubblicazione año añodepublicación ano jaar rok dp pbyr",
    "isbn": "isbn isbn10 isbn13 isbns ean ean13 gtin gtin13 barcode isbnean eanisbn bn nc",
    "asin": "asin asin1",
    "oclc": "oclc oclcnumber worldcat",
    "lccn": "lccn",
    "product_id": "productid idproduit produktid idprodotto idproducto externalproductid",
    "product_id_type": "productidtype artikelidtyp produktidtyp typeidproduit tipoidproducto tipoidprodotto externalproductidtype",
    "binding": "binding bindingtext bindingtype bookbinding format cover covertype bookformat einband einbandart bindung ausstattung reliure rilegatura legatura encuadernación encuadernacion band bindwijze oprawa bd bndc",
    "series": "series seriestitle seriesname reihe série collection collana serie colección reeks se",
    "volume": "volume vol volumenumber seriesnumber seriesvolume bandnummer tome numeroserie",
    "language": "language languagecode languages lang sprache langue lingua idioma taal język",
    "pages": "pages numberofpages pagecount noofpages numpages seiten seitenzahl pagine páginas aantalpaginas nombredepages",
    "size": "size booksize dimensions grösse größe abmessungen dimensioni tamaño formaat",
    "kind": "producttype booktype itemtype type ptyp alttype produktart",
}  # fmt: skip
MOST = 300
_PASSED = frozenset(["books4allpleasecorrect", "books4allerror", "errorfields", "ubid", "bind"])
_MEANINGS: dict[str, str] = {}
_RANKS: dict[str, int] = {}
_NOT_WORD = re.compile(r"[\W_]+")
# "Price (GBP)" and "Preis €" name the currency of the whole column.
_PRICED = re.compile(
    r"[(\[ _-](GBP|EUR|USD|CAD|AUD|NZD|CHF|SEK|NOK|DKK|PLN|CZK|JPY|£|€|\$|US\$)[)\]]?\s*$",
    re.IGNORECASE,
)


def normal(header: str) -> str:
    """Return a header in small letters and figures: "Item-Condition" is "itemcondition"."""
    return _NOT_WORD.sub("", header.casefold())


for _field, _words in _SYNONYMS.items():
    for _rank, _word in enumerate(_words.split()):
        _MEANINGS.setdefault(_word, _field)
        _RANKS.setdefault(_word, _rank)
# Two letters alone are a tag of UIEE, and far too short to tell a column by: "pc", "is", "id".
_SHORT = frozenset(["is", "im", "ca", "mt", "se", "ed", "nt", "pu", "pp", "dp", "bd", "cn", "jk", "ke", "pr", "co", "bn", "nc", "lo", "wt", "ai", "aa", "ti", "ur"])  # fmt: skip


def meaning(header: str) -> str:
    """Return the field that a header stands for, or an empty string."""
    word = normal(header)
    found = _MEANINGS.get(word, "")
    if not found and (priced := _PRICED.search(header)):
        found = _MEANINGS.get(normal(header[: priced.start()]), "")
    if not found and "(" in header:
        found = _MEANINGS.get(normal(header.partition("(")[0]), "")
    return "" if word in _PASSED else found


def currency_of(header: str) -> str:
    """Return the currency that a header names ("Price (EUR)"), as written there."""
    match = _PRICED.search(header)
    return match[1] if match else ""


def understood(header: list[str], mapping: dict[str, str] | None = None) -> list[str]:
    """Return a field for each column ("" for none).

    ``mapping`` says it for the file: a header or a position ("1" is the first) to a field, or to ""
    for a column to pass over. Of several columns of one meaning the one with the surest header
    counts, but for those that may be repeated.
    """
    said = {normal(key): field for key, field in (mapping or {}).items()}
    fields: list[str] = []
    best: dict[str, tuple[int, int]] = {}
    for position, text in enumerate(header):
        word = normal(text)
        explicit = said.get(str(position + 1), said.get(word) if word else None)
        field = meaning(text) if explicit is None else explicit if explicit in FIELDS else ""
        rank = _RANKS.get(word, 99) if explicit is None else -1
        fields.append(field)
        if field and field not in REPEATED:
            if field not in best or rank < best[field][0]:
                if field in best:
                    fields[best[field][1]] = ""
                best[field] = (rank, position)
            else:
                fields[position] = ""
    return fields


def unknown(mapping: dict[str, str]) -> list[str]:
    """Return fields in a mapping that are none of ours."""
    return sorted({field for field in mapping.values() if field and field not in FIELDS})
