"""What one sentence of a newspaper or a declaration comes out as; none of them is in the gold."""

import pytest

import guarantee_summarizer as gs


@pytest.fixture(scope="module")
def read():
    summarizer = gs.Summarizer(relevance=False)

    def read(text, published="2026-01-06"):
        return summarizer.summarize(gs.Article.from_text(text, published=published))

    return read


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (
            (
                "President Trump and Crown Prince Mohammed bin Salman signed the U.S.-Saudi Strategic Defense "
                "Agreement, a pact on arms."
            ),
            ["U.S.-Saudi Strategic Defense Agreement"],
        ),
        (
            "The talks in Geneva aim at signing a legally binding agreement on security guarantees.",
            ["Talks aim at signing a legally binding agreement"],
        ),
        (
            "Russia demands that Ukraine withdraw from Donbas.",
            ["Ukraine withdraw from Donbas"],
        ),
        (
            "Japan reiterated its commitment to reinforce its own defense capabilities.",
            ["Reinforce its own defense capabilities"],
        ),
        (
            "Macron said that France, Britain and Germany would deploy up to 30,000 troops to Ukraine.",
            ["France, Britain and Germany would deploy up to 30,000 troops"],
        ),
    ],
)
def test_a_title_is_a_whole_wording(read, text, titles):
    """A title names the deed with its object; of a list it names all or leaves the subject out."""
    assert [p.title for p in read(text).proposals] == titles


def test_who_asks_and_who_offers_are_two_proposals_in_dispute(read):
    """Each side keeps its own figure, and the two terms are a dispute with a position for each."""
    summary = read(
        "Zelenskyy asked the United States for guarantees of 30 to 50 years, but Trump offered 15 years."
    )
    asked, offered = summary.proposals
    assert asked.proposed_by == ("Zelenskyy",)
    assert [t.normalized for t in asked.terms] == ["P30Y/P50Y"]
    assert offered.proposed_by == ("Trump",)
    assert [t.normalized for t in offered.terms] == ["P15Y"]
    assert [p.party for p in summary.disputes[0].positions] == ["Zelenskyy", "Trump"]


def test_a_demand_is_the_position_of_who_makes_it(read):
    """`Russia demands that Ukraine withdraw` is Russia's stance, not Ukraine's."""
    summary = read(
        "Russia demands that Ukraine withdraw from Donbas, while Kyiv insists on a ceasefire along the front line."
    )
    stances = {p.party: p.stance for p in summary.disputes[0].positions}
    assert stances == {
        "Russia": "Russia demands that Ukraine withdraw from Donbas.",
        "Ukraine": "Kyiv insists on a ceasefire along the front line.",
    }


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The treaty would still need to be ratified by the Senate.", "proposed"),
        ("Britain will sign the agreement in March.", "pledged"),
        ("The leaders gathered to discuss and finalise security guarantees for Ukraine.", "under_discussion"),
        ("Britain and France finalised the security guarantees for Ukraine.", "agreed"),
    ],
)  # fmt: skip
def test_what_is_to_be_signed_is_not_signed(read, text, status):
    """A status follows the modal and the infinitive, not the verb alone."""
    assert [p.status for p in read(text).proposals] == [status]


@pytest.mark.parametrize(
    "text",
    [
        "Rutte warned that Russia might be ready to attack Nato territory by 2030.",
        "President Trump asked President Zelenskyy about the children who had gone missing.",
        "The guests were representatives of the 35 countries forming the Coalition of the Willing.",
    ],
)
def test_threats_questions_and_descriptions_propose_nothing(read, text):
    """What only foretells an attack, inquires or describes is no proposal."""
    assert read(text).proposals == ()


def test_a_government_is_its_state_and_leaders_are_theirs(read):
    """`The Government of Lebanon`, `leaders of France and Britain` are the states."""
    lebanon = read(
        "The Government of Lebanon, the Government of Israel, and the Government of the United States will "
        "also begin negotiations for the return of prisoners captured after October 7, 2023."
    )
    assert lebanon.proposals[0].proposed_by == ("Lebanon", "Israel", "United States")
    assert {p.kind for p in lebanon.participants} == {"state"}
    assert [e.when for e in lebanon.events] == [None]  # the day belongs to the prisoners
    leaders = read("Leaders of France and Britain plan to sign a security treaty with Ukraine.")
    assert leaders.proposals[0].proposed_by == ("France", "Britain")


def test_offices_that_nobody_holds_in_the_text_take_part(read):
    """An order's `Secretary of War` is an office; a title before a name is none."""
    summary = read(
        "The Secretary of War, together with the Secretary of State, shall maintain joint planning with Qatar. "
        "The meeting was attended by Foreign Minister Sybiha and Secretary of State Marco Rubio."
    )
    kinds = {p.name: p.kind for p in summary.participants}
    assert kinds["Secretary of War"] == "office"
    assert kinds["Sybiha"] == kinds["Marco Rubio"] == "person"


def test_a_title_in_the_plural_form_stays(read):
    """`Minister of Foreign Affairs` keeps its s."""
    summary = read("Polish Minister of Foreign Affairs Radosław Sikorski met allies in Paris.")
    assert summary.participants[0].title == "Minister of Foreign Affairs"


def test_the_two_leaders_are_those_named_before(read):
    """Who is named later in the sentence is not meant."""
    summary = read(
        "Today, Donald Trump hosted Azerbaijani President Ilham Aliyev and Armenian Prime Minister Nikol Pashinyan "
        "at the White House, where the two leaders signed a joint declaration for peace that Trump had drafted."
    )
    (declaration,) = summary.proposals
    assert declaration.status == "signed"
    assert declaration.proposed_by == ("Ilham Aliyev", "Nikol Pashinyan")


def test_blanks_and_marks_change_nothing(read):
    """Double blanks and Markdown around words give the same proposals as the plain sentence."""
    plain = read("President Trump rejected American troops in Ukraine.")
    marked = read("**President Trump** **rejected**  American  troops in Ukraine.")
    assert [(p.title, p.proposed_by, p.status) for p in marked.proposals] == [
        (p.title, p.proposed_by, p.status) for p in plain.proposals
    ]
    assert plain.proposals[0].proposed_by == ("Trump",)


def test_both_sides_of_a_relative_clause_have_their_stance(read):
    """`… where A seeks X, which B has rejected` has two positions, each a whole sentence."""
    summary = read(
        "Russia and Ukraine met in Geneva. Key issues remain, regarding territory, where Moscow seeks a complete withdrawal of "
        "Ukrainian troops from Donbas, which Ukrainian President Volodymyr Zelenskyy has rejected."
    )
    (dispute,) = [d for d in summary.disputes if d.evidence[0].sentence == 2]
    assert {p.party: p.stance for p in dispute.positions} == {
        "Russia": "Moscow seeks a complete withdrawal of Ukrainian troops from Donbas.",
        "Volodymyr Zelenskyy": "Ukrainian President Volodymyr Zelenskyy has rejected it.",
    }


def test_sources_propose_nothing_of_what_they_tell(read):
    """Who only reports a plan is its source, not its author."""
    summary = read("Drones will be used to monitor the ceasefire in Ukraine, sources said.")
    assert [(p.proposed_by, p.attribution) for p in summary.proposals] == [((), "sources")]


def test_a_title_keeps_what_its_noun_needs(read):
    """`the need for X to do Y` is not `the need to do Y`."""
    summary = read(
        "Poland and its allies insist on the need for a strong deterrent to prevent Russia from attacking again."
    )
    assert summary.proposals[0].title == "Need for a strong deterrent to prevent Russia"
