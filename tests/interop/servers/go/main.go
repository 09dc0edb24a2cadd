// Server-sent events with Go's net/http.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

var paragraph = []string{
	"A server has something to say, and says it as it comes.",
	"What it says is text: a few lines for each event, and an empty one.",
	"The connection stays open, and the page shows each sentence at once.",
	"When all is said, the server says that too.",
}

func events(w http.ResponseWriter, r *http.Request) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "streaming is not supported", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for _, sentence := range paragraph {
		fmt.Fprintf(w, "data: %s\n\n", sentence)
		flusher.Flush() // without this the sentence waits for 4 KB, or for the end
		select {
		case <-time.After(300 * time.Millisecond):
		case <-r.Context().Done(): // the client has gone
			return
		}
	}
	fmt.Fprint(w, "event: done\ndata: that was all\n\n")
}

func ticks(w http.ResponseWriter, r *http.Request) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "streaming is not supported", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for number := 1; ; number++ {
		fmt.Fprintf(w, "id: %d\nevent: tick\ndata: %d\n\n", number, number)
		flusher.Flush()
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

func main() {
	http.HandleFunc("/events", events)
	http.HandleFunc("/ticks", ticks)
	http.Handle("/", http.FileServer(http.Dir(os.Getenv("WWW"))))

	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on http://%s", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
