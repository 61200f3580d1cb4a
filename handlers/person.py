"""`/lead export`, and the button that erases a person (C5)."""

from bot import erasing, exporting
from bot.views import person as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import Export


def export(act: Act, command: Export) -> Message:
    """Send a manager all that is held on a lead's person, as a file to them alone."""
    asked = act.key or act.desk.clock().isoformat()
    by = act.who.slack_id
    lead = exporting.ask(act.desk, command.lead_id, by=by, asked=asked, key=act.key)
    return views.asked_for(lead, act.who.words)


def erase(click: Click) -> Answer:
    """Erase a person, after the question that Slack asks."""
    act = click.act
    done = erasing.erase(act.desk, click.number, by=act.who.slack_id, key=act.key)
    said = views.erased(done.ids, done.posts, done.aside, done.linked, act.who.words)
    return Say(said, instead=True)
