"""An adapter for another CRM, both ways: put its two calls in place of `upsert` and `stage_of`."""

import os
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

API = httpx.Client(
    base_url=os.environ["LEADS_URL"],  # the lead desk's PUBLIC_URL
    headers={"Authorization": f"Bearer {os.environ['LEADS_TOKEN']}"},  # API_TOKENS=crm:manager:…
)
HOOKS = Webhook(os.environ["LEADS_SECRET"])  # [[webhook]] name = "crm", secret = "whsec_…"
seen: set[str] = set()  # keep it in your database: a webhook may come twice
app = FastAPI()


def upsert(lead: dict[str, Any]) -> str:
    """Make or change the CRM's contact by the lead's phone or email; give the CRM's own id."""
    return f"C-{lead['id']}"


def stage_of(record: dict[str, Any]) -> str | None:
    """Give the lead's stage that the CRM's record stands for: mql, sql, sqo or disqualified."""
    return "disqualified" if record.get("status") == "junk" else None


def take(happened: str, lead: dict[str, Any]) -> None:
    known = {"external_id": upsert(lead)}
    if happened == "lead.created":
        API.patch(f"/api/leads/{lead['id']}", json=known).raise_for_status()


@app.post("/hooks")
async def told(request: Request) -> Response:
    try:
        event = HOOKS.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)
    if request.headers["webhook-id"] not in seen:
        await run_in_threadpool(take, event["type"], event["data"])
        seen.add(request.headers["webhook-id"])
    return Response(status_code=204)


@app.post("/crm-changed")  # your CRM calls this when a contact changes: lock this door as it asks
def changed(record: dict[str, Any]) -> dict[str, Any]:
    found = API.get("/api/leads", params={"external_id": record["id"]}).json()["items"]
    said = {"stage": stage_of(record), "email": record.get("email"), "phone": record.get("phone")}
    done = [API.patch(f"/api/leads/{one['id']}", json=said).status_code for one in found]
    return {"changed": done}
