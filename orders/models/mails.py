"""Mails that could not be sent: the jobs of letters that used up their attempts, for staff."""

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class UnsentMail(ProcrastinateJob):
    """The failed job of a letter. A row of the job library, told without its arguments: those hold secrets."""

    class Meta:
        proxy = True
        verbose_name = _("mail that could not be sent")
        verbose_name_plural = _("mails that could not be sent")

    def __str__(self) -> str:
        return f"{self.task_name} {self.pk}"
