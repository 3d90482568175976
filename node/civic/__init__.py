"""What several modules share: themes, skills, places. Values only; nothing here imports a part, `web` or aiohttp."""
