// Does what each argument says (`get:URL`, `dial:HOST:PORT`, `send:HOST:PORT`, `look-up:NAME`), and tells in a line what came of it.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	for _, each := range os.Args[1:] {
		what, of, _ := strings.Cut(each, ":")
		told, err := do(what, of)
		if err != nil {
			told = "no " + err.Error()
		}
		fmt.Println(strings.ReplaceAll(told, "\n", " "))
	}
}

func do(what, of string) (string, error) {
	switch what {
	case "get":
		client := http.Client{Timeout: 10 * time.Second}
		answer, err := client.Get(of)
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		return fmt.Sprint(answer.StatusCode, " ", string(content)), err
	case "dial":
		connection, err := net.DialTimeout("tcp", of, 3*time.Second)
		if err != nil {
			return "", err
		}
		return "connected", connection.Close()
	case "send":
		connection, err := net.Dial("udp", of)
		if err != nil {
			return "", err
		}
		_, err = connection.Write([]byte{1})
		return "sent", err
	default:
		addresses, err := net.LookupHost(of)
		return strings.Join(addresses, " "), err
	}
}
