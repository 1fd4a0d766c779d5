"""Routes of a shop's workplace that are about the shop itself and its team."""

from django.urls import URLPattern, path

from accounts.seller import application, front, invitations, team, views

urlpatterns: list[URLPattern] = [
    # The way in. No shop is called "open" or "invitations" (constants.RESERVED_SLUGS)
    path("", views.shops, name="shops"),
    path("open/", application.open_shop, name="open"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    # Opening, and closing
    path("<slug:shop>/application/", application.application, name="application"),
    path("<slug:shop>/application/send/", application.submit, name="submit"),
    path("<slug:shop>/application/facts/", application.facts, name="facts"),
    path("<slug:shop>/application/account/", application.account, name="account"),
    path("<slug:shop>/application/tax/", application.tax_facts, name="tax_facts"),
    path("<slug:shop>/application/identity/", application.identity, name="identity"),
    path("<slug:shop>/application/declaration/", application.declaration, name="declaration"),
    path("<slug:shop>/close/", application.close, name="close"),
    # Team
    path("<slug:shop>/team/", team.team, name="team"),
    path("<slug:shop>/team/activity/", team.activity, name="activity"),
    path("<slug:shop>/team/leave/", team.leave, name="leave"),
    path("<slug:shop>/team/<int:pk>/", team.member_edit, name="member"),
    path("<slug:shop>/team/<int:pk>/remove/", team.member_remove, name="member_remove"),
    path(
        "<slug:shop>/team/invitations/<uuid:pk>/send/",
        team.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "<slug:shop>/team/invitations/<uuid:pk>/withdraw/",
        team.invitation_withdraw,
        name="invitation_withdraw",
    ),
    # The shop's front
    path("<slug:shop>/front/", front.front, name="front"),
    path("<slug:shop>/front/preview/", front.preview, name="front_preview"),
    path("<slug:shop>/front/picture/", front.picture, name="front_picture"),
    path("<slug:shop>/front/closures/", front.closure_add, name="closure_add"),
    path(
        "<slug:shop>/front/closures/<int:pk>/remove/", front.closure_remove, name="closure_remove"
    ),
]
