"""Area codes of cities, for numbers that came without one (L5.2)."""

from collections.abc import Mapping

from rules.phones import plain

_CITIES: Mapping[str, Mapping[str, str]] = {
    "IL": {
        "2": "ירושלים,jerusalem,בית שמש,beit shemesh,bet shemesh,מבשרת ציון,mevaseret zion,"
        "מעלה אדומים,maale adumim,ביתר עילית,beitar illit,אפרת,efrat",
        "3": "תל אביב,תל אביב יפו,tel aviv,tel aviv yafo,יפו,jaffa,רמת גן,ramat gan,גבעתיים,"
        "givatayim,בני ברק,bnei brak,חולון,holon,בת ים,bat yam,פתח תקווה,פתח תקוה,petah tikva,"
        "petach tikva,ראשון לציון,rishon lezion,rishon le zion,אור יהודה,or yehuda,יהוד,yehud,"
        "ראש העין,rosh haayin,קרית אונו,קריית אונו,kiryat ono,שוהם,shoham,גבעת שמואל,"
        "givat shmuel,אזור,azor",
        "4": "חיפה,haifa,עכו,acre,akko,נהריה,nahariya,כרמיאל,karmiel,טבריה,tiberias,צפת,safed,"
        "tzfat,נצרת,nazareth,נוף הגליל,nof hagalil,עפולה,afula,קרית שמונה,קריית שמונה,"
        "kiryat shmona,קרית אתא,קריית אתא,kiryat ata,קרית ביאליק,קריית ביאליק,kiryat bialik,"
        "קרית ים,קריית ים,kiryat yam,קרית מוצקין,קריית מוצקין,kiryat motzkin,נשר,nesher,"
        "טירת כרמל,tirat carmel,חדרה,hadera,זכרון יעקב,zichron yaakov,יקנעם,yokneam,"
        "בית שאן,beit shean,מגדל העמק,migdal haemek,שפרעם,shefaram,אום אל פחם,umm al fahm,"
        "פרדס חנה,pardes hanna",
        "8": "באר שבע,beer sheva,beersheba,אשדוד,ashdod,אשקלון,ashkelon,רחובות,rehovot,"
        "נס ציונה,ness ziona,nes ziona,רמלה,ramla,לוד,lod,מודיעין,modiin,אילת,eilat,דימונה,"
        "dimona,ערד,arad,שדרות,sderot,קרית גת,קריית גת,kiryat gat,נתיבות,netivot,אופקים,ofakim,"
        "יבנה,yavne,גדרה,gedera,גן יבנה,gan yavne,קרית מלאכי,קריית מלאכי,kiryat malakhi",
        "9": "נתניה,netanya,הרצליה,herzliya,herzliya pituach,כפר סבא,kfar saba,kefar sava,"
        "רעננה,raanana,הוד השרון,hod hasharon,רמת השרון,ramat hasharon,קדימה,kadima,טייבה,"
        "tayibe,כפר יונה,kfar yona,אבן יהודה,even yehuda",
    },
    "US": {
        "212": "new york,new york city,manhattan",
        "718": "brooklyn,queens,bronx",
        "213": "los angeles",
        "312": "chicago",
        "713": "houston",
        "602": "phoenix",
        "215": "philadelphia",
        "619": "san diego",
        "214": "dallas",
        "512": "austin",
        "408": "san jose",
        "415": "san francisco",
        "206": "seattle",
        "303": "denver",
        "617": "boston",
        "702": "las vegas",
        "305": "miami",
        "404": "atlanta",
        "202": "washington",
        "313": "detroit",
    },
    "GB": {
        "20": "london",
        "121": "birmingham",
        "161": "manchester",
        "113": "leeds",
        "114": "sheffield",
        "151": "liverpool",
        "117": "bristol",
        "141": "glasgow",
        "131": "edinburgh",
        "115": "nottingham",
        "116": "leicester",
        "191": "newcastle,newcastle upon tyne",
        "29": "cardiff",
        "28": "belfast",
    },
    "DE": {
        "30": "berlin",
        "40": "hamburg",
        "89": "münchen,munich",
        "221": "köln,cologne",
        "69": "frankfurt,frankfurt am main",
        "711": "stuttgart",
        "211": "düsseldorf",
        "341": "leipzig",
        "231": "dortmund",
        "421": "bremen",
        "351": "dresden",
        "511": "hannover,hanover",
    },
    "FR": {
        "1": "paris",
        "4": "marseille,lyon,nice,montpellier",
        "5": "toulouse,bordeaux",
        "2": "nantes,rennes",
        "3": "strasbourg,lille",
    },
}


def city_area(city: str, *, region: str) -> str:
    """Give the area code, without a zero, of a city in a country (ISO 3166); "" not known (L5.2).

    Names are read in Hebrew and English, whatever their hyphens and capitals.
    """
    return _AREA_OF.get(region, {}).get(_key(city), "")


def areas_of(region: str) -> tuple[str, ...]:
    """Give the area codes of a country that are known, without a zero (L5.2)."""
    return tuple(_CITIES.get(region, ()))


def _key(city: str) -> str:
    words = plain(city).casefold().replace("-", " ").replace("'", "").replace('"', "")
    return " ".join(words.split())


_AREA_OF = {
    region: {_key(name): area for area, names in areas.items() for name in names.split(",")}
    for region, areas in _CITIES.items()
}
