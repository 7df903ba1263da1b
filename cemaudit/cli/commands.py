"""The table of commands: each a module beside this one, imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from cemaudit.cli.words import Speaking, common_options, option
from cemaudit.language import N_, translate

__all__ = ["COMMANDS", "cli"]

COMMANDS = {
    "demo": N_("Make a small simulated chain of each sector, with reports."),
    "checklists": N_("List the checklists at hand."),
    "plugins": N_("List the plugins, what they bring and what is wrong with them."),
    "enter": N_("Enter a visit, question by question."),
    "resume": N_("Go on with a draft."),
    "drafts": N_("List the drafts of this machine."),
    "show": N_("Show what a draft holds so far."),
    "discard": N_("Put a draft into the bin, or take it out."),
    "seal": N_("Hand a draft over as a sealed file."),
    "amend": N_("Take a sealed visit up again."),
    "verify": N_("Check that sealed visits are whole."),
    "key": N_("Make and show keys to sign sealed visits with."),
    "form": N_("Write the form of a checklist, for phones, spreadsheets or paper."),
    "import": N_("Turn tables, filled forms and what phones sent into visits."),
    "import-form": N_("Turn a form (XLSForm) into the draft of a checklist."),
    "score": N_("Score visits."),
    "explain": N_("Show how a score came about, down to the answers."),
    "whatif": N_("Find the cheapest changes that reach a band or a value."),
    "report": N_("Write the report of each visit or episode as PDF."),
    "collect": N_("Take visits into headquarters' ledger."),
    "stores": N_("Let the ledger know the stores."),
    "review": N_("Accept, return or exclude visits in the ledger."),
    "history": N_("Show what the ledger knows of a visit."),
    "actions": N_("Note what was decided to change in stores."),
    "ledger": N_("Check, copy or describe the ledger."),
    "purge": N_("Remove personal data from the ledger; the scores stay."),
    "snapshot": N_("Bring the columns of the ledger's visits up to date."),
    "export": N_("Write visits, answers and scores for spreadsheets and other programs."),
    "rescore": N_("Score the whole history under another scheme; both results are kept."),
    "query": N_("Ask the snapshot: league, heat map, trend, items and more."),
    "drivers": N_("Tell which touchpoints go with an outcome, and how surely."),
    "items": N_("Tell which items of a checklist work, and which do not."),
    "plan-visits": N_("Tell how many visits it takes to see a difference."),
    "compare": N_("Compare stores fairly, and say what cannot be told."),
    "shoppers": N_("Show how strict and how steady each shopper is."),
    "trend": N_("Tell what changed from wave to wave, and in which stores."),
    "effect": N_("Tell what an action did, beside what comes by itself."),
    "lint": N_("Check checklists, schemes and visits."),
}


class LazyGroup(Speaking, click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        module = import_module(f"cemaudit.cli.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(translate("Commands")):
            formatter.write_dl([(name, translate(text)) for name, text in COMMANDS.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translate(_ABOUT))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from cemaudit.errors import nearest
            from cemaudit.language import message

            hint = nearest(args[0], COMMANDS, listing=False)
            text = str(message("no such command: {name}", name=args[0])) + (f" ({hint})" if hint else "")
            raise click.UsageError(text, ctx)
        return super().resolve_command(ctx, args)


_ABOUT = N_("Score mystery-shopping visits by industry checklists, and report on them in Korean and English.")


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@common_options
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, asked: _version(context) if asked else None,
    help=N_("Show the version."),
)
def cli() -> None:
    """The command group; its help is ``_ABOUT``."""


def _version(context: click.Context) -> None:
    from cemaudit import __version__

    click.echo(f"cemaudit {__version__}")
    context.exit()
