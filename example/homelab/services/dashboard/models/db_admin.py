"""Database servers that the dashboard's database page knows."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer, String

db = SQLAlchemy()


class DatabaseServer(db.Model):
    __tablename__ = "database_servers"

    id = Column(Integer, primary_key=True)
    label = Column(String(64), nullable=False)
    host = Column(String(255), nullable=False, default='discord-bot-db')
    port = Column(Integer, nullable=False, default=5432)
    username = Column(String(63), nullable=False, default='ticketbot')
