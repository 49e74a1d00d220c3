"""Made-up articles in other languages, each with a right answer."""

from __future__ import annotations

from typing import Any


def _answer(
    headline: str, people: list[dict[str, Any]], title: str, value: str, when: str
) -> dict[str, Any]:
    first = people[0]["name"]
    return {
        "relevant": True,
        "headline": headline,
        "abstract": headline,
        "participants": people,
        "events": [{"what": title, "when": when, "participants": [first], "evidence": [2]}],
        "proposals": [
            {
                "title": title,
                "measure": "troop_deployment",
                "status": "proposed",
                "proposed_by": [first],
                "terms": [{"what": "force_size", "value": value}],
                "evidence": [1],
            }
        ],
    }


def _state(name: str) -> dict[str, Any]:
    return {"name": name, "kind": "state"}


def _person(name: str, title: str, state: str) -> dict[str, Any]:
    return {"name": name, "kind": "person", "title": title, "affiliation": state}


ARTICLES: dict[str, tuple[str, dict[str, Any]]] = {
    "Chinese": (
        "法国总统马克龙表示，法国准备在停火后向乌克兰派遣4500名士兵，作为安全保障的一部分。各国领导人将于1月20日在日内瓦会面。俄罗斯拒绝任何外国军队进驻乌克兰。",
        _answer("法国提出向乌克兰派遣4500名士兵", [_state("法国"), _state("乌克兰"), _person("马克龙", "总统", "法国")], "派遣士兵", "4500名士兵", "1月20日"),
    ),
    "Japanese": (
        "フランスのマクロン大統領は、停戦後にウクライナへ兵士4500人を派遣する用意があると述べた。首脳らは1月20日にジュネーブで会談する。ロシアは外国軍の駐留を拒否している。",
        _answer("フランス、ウクライナへ兵士4500人の派遣を提案", [_state("フランス"), _state("ウクライナ"), _person("マクロン", "大統領", "フランス")], "兵士の派遣", "4500人", "1月20日"),
    ),
    "Thai": (
        "ประธานาธิบดีมาครงของฝรั่งเศสกล่าวว่าฝรั่งเศสพร้อมส่งทหาร 4,500 นายไปยังยูเครนหลังการหยุดยิง\n\nผู้นำจะพบกันที่เจนีวาในวันที่ 20 มกราคม\n\nรัสเซียปฏิเสธกองกำลังต่างชาติในยูเครน",
        _answer("ฝรั่งเศสเสนอส่งทหาร 4,500 นายไปยูเครน", [_state("ฝรั่งเศส"), _state("ยูเครน"), _person("มาครง", "ประธานาธิบดี", "ฝรั่งเศส")], "ส่งทหาร", "4,500 นาย", "วันที่ 20 มกราคม"),
    ),
    "Arabic": (
        "قال الرئيس الفرنسي ماكرون إن فرنسا مستعدة لإرسال 4500 جندي إلى أوكرانيا بعد وقف إطلاق النار. وسيجتمع القادة في جنيف في 20 يناير. ورفضت روسيا وجود أي قوات أجنبية.",
        _answer("فرنسا تعرض إرسال 4500 جندي إلى أوكرانيا", [_state("فرنسا"), _state("أوكرانيا"), _person("ماكرون", "الرئيس", "فرنسا")], "إرسال جنود", "4500 جندي", "في 20 يناير"),
    ),
    "Korean": (
        "프랑스의 마크롱 대통령은 휴전 이후 우크라이나에 병력 4,500명을 파견할 준비가 되어 있다고 말했다. 정상들은 1월 20일 제네바에서 만난다. 러시아는 외국 군대를 거부했다.",
        _answer("프랑스, 우크라이나에 병력 4,500명 파견 제안", [_state("프랑스"), _state("우크라이나"), _person("마크롱", "대통령", "프랑스")], "병력 파견", "4,500명", "1월 20일"),
    ),
    "Ukrainian": (
        "Президент Франції Еммануель Макрон заявив, що після припинення вогню в Україну відправлять 4500 військових. Лідери зустрінуться з Володимиром Зеленським у Женеві 20 січня. Росію закликали погодитися.",
        _answer("Франція пропонує відправити 4500 військових", [_state("Франція"), _state("Україна"), _person("Володимир Зеленський", "Президент", "Україна"), _state("Росія")], "Відправлення військових", "4500 військових", "20 січня"),
    ),
    "Polish": (
        "Prezydent Francji Emmanuel Macron zapowiedział wysłanie 4500 żołnierzy na Ukrainę po zawieszeniu broni. Przywódcy spotkają się z Wołodymyrem Zełenskim w Genewie 20 stycznia. Rosję wezwano do zgody.",
        _answer("Francja proponuje wysłanie 4500 żołnierzy", [_state("Francja"), _state("Ukraina"), _person("Wołodymyr Zełenski", "Prezydent", "Ukraina"), _state("Rosja")], "Wysłanie żołnierzy", "4500 żołnierzy", "20 stycznia"),
    ),
    "German": (
        "Frankreichs Präsident Emmanuel Macron erklärte, nach einer Waffenruhe würden 4.500 Soldaten in die Ukraine geschickt. Die Vertreter der Vereinigten Staaten treffen sich am 20. Januar in Genf. Russlands Regierung lehnt das ab.",
        _answer("Frankreich bietet 4.500 Soldaten an", [_state("Frankreich"), _state("Ukraine"), _person("Emmanuel Macron", "Präsident", "Frankreich"), _state("Vereinigte Staaten"), _state("Russland")], "Entsendung von Soldaten", "4.500 Soldaten", "am 20. Januar"),
    ),
}  # fmt: skip
"""By language: the text, and what a model may answer."""
