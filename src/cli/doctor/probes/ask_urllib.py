# A line for each URL: status and reason, or 0 and what went wrong.
import sys
import urllib.error
import urllib.request

for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, timeout=10).status)
    except urllib.error.HTTPError as error:
        print(error.code)
    except Exception as error:
        print(0, str(error).replace("\n", " "))
