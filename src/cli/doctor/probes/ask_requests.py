# A line for each URL: status and reason, or 0 and what went wrong.
import sys

import requests

for url in sys.argv[1:]:
    try:
        print(requests.get(url, timeout=10).status_code)
    except Exception as error:
        print(0, str(error).replace("\n", " "))
