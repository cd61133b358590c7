// A line for each URL: status and reason, or 0 and what went wrong.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	client := http.Client{Timeout: 10 * time.Second}
	for _, url := range os.Args[1:] {
		answer, err := client.Get(url)
		if err != nil {
			fmt.Println(0, strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		answer.Body.Close()
		fmt.Println(answer.StatusCode)
	}
}
