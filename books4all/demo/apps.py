from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "books4all.demo"
    label = "demo"
