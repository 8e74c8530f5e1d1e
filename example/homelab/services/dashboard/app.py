"""The dashboard: what runs, what it logs, and a marketplace of programs to add."""

from flask import Flask, jsonify, render_template, request

from config import Config
from models.db_admin import DatabaseServer, db
from services.marketplace_service import Marketplace


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_object(Config)
    app.config["SQLALCHEMY_DATABASE_URI"] = Config.DATABASE_URL
    db.init_app(app)
    marketplace = Marketplace()

    @app.get("/databases")
    def databases():
        return render_template("db_admin.html", servers=DatabaseServer.query.all())

    @app.post("/marketplace/<program>")
    def install(program: str):
        url = marketplace.create_database(program, request.json["password"])
        return jsonify(success=True, db_url=url, error=None)

    @app.get("/healthz")
    def healthz():
        return "ok"

    return app
