// Callers of one URL, each with a connection of its own, on one thread, so that the load costs little
// beside the service that it measures. What they measure is printed as one line of JSON.
//
// Without a rate, each caller asks again as soon as it has its answer (closed loop). With a rate, requests
// fall due at that rate in all, whatever becomes of the former ones (open loop): each caller has its own
// times, and what falls due while it still waits is sent when it has its answer, once. A caller that obeys
// `Retry-After` asks for nothing before its time is up.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type options struct {
	address string
	// Callers send them in an order of their own.
	requests [][]byte
	callers  int
	// Requests per second of all callers; 0 for a closed loop.
	rate float64
	obey bool
	from time.Time
	to   time.Time
}

// What one caller saw between `from` and `to`.
type tally struct {
	accepted  []time.Duration
	refused   []time.Duration
	failed    int
	connected int
}

type report struct {
	Seconds  float64 `json:"seconds"`
	Accepted int     `json:"accepted"`
	Refused  int     `json:"refused"`
	// Answers that are neither, and connections that broke.
	Failed int `json:"failed"`
	// Connections that were opened.
	Connected    int     `json:"connected"`
	P50Ms        float64 `json:"p50Ms"`
	P99Ms        float64 `json:"p99Ms"`
	RefusalP50Ms float64 `json:"refusalP50Ms"`
	RefusalP99Ms float64 `json:"refusalP99Ms"`
	// Of this program.
	CPUSeconds float64 `json:"cpuSeconds"`
}

const timeout = 10 * time.Second

// What `overload.ts` has written.
const (
	lists = 300
	ids   = 200
)

func main() {
	runtime.GOMAXPROCS(1)
	target := flag.String("url", "", "what to ask for; {list} and {id} stand for many of each")
	callers := flag.Int("callers", 64, "how many callers")
	rate := flag.Float64("rate", 0, "requests per second of all callers; 0 for a closed loop")
	obey := flag.Bool("obey", false, "whether callers wait as long as Retry-After says")
	warmup := flag.Duration("warmup", time.Second, "what is not counted at the beginning")
	duration := flag.Duration("duration", 5*time.Second, "what is counted")
	flag.Parse()
	parsed, err := url.Parse(strings.NewReplacer("{list}", "0", "{id}", "0").Replace(*target))
	if err != nil || parsed.Host == "" {
		fmt.Fprintf(os.Stderr, "Cannot ask for %q: not a URL\n", *target)
		os.Exit(2)
	}
	start := time.Now()
	o := options{
		address:  parsed.Host,
		requests: requestsTo(*target, parsed.Host),
		callers:  *callers,
		rate:     *rate,
		obey:     *obey,
		from:     start.Add(*warmup),
		to:       start.Add(*warmup + *duration),
	}
	tallies := make([]tally, o.callers)
	var running sync.WaitGroup
	for index := range tallies {
		running.Add(1)
		go func() {
			defer running.Done()
			call(&o, &tallies[index])
		}()
	}
	running.Wait()
	json.NewEncoder(os.Stdout).Encode(summarise(tallies, duration.Seconds()))
}

// requestsTo fills the template of a URL in with many lists and ids, as reads of the same row would share a statement.
func requestsTo(template, host string) [][]byte {
	requests := make([][]byte, 8192)
	for index := range requests {
		list, id := strconv.Itoa(rand.Intn(lists)), strconv.Itoa(rand.Intn(ids))
		target := strings.NewReplacer("{list}", list, "{id}", id).Replace(template)
		_, path, _ := strings.Cut(target, host)
		requests[index] = []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
	}
	return requests
}

// call asks until the time is up.
func call(o *options, t *tally) {
	var c *caller
	defer func() { c.close() }()
	next := rand.Intn(len(o.requests))
	due := time.Now()
	period := time.Duration(0)
	if o.rate > 0 {
		period = time.Duration(float64(o.callers) / o.rate * float64(time.Second))
		due = due.Add(time.Duration(rand.Float64() * float64(period)))
	}
	for {
		if wait := time.Until(due); wait > 0 {
			time.Sleep(min(wait, time.Until(o.to)))
		}
		sent := time.Now()
		if !sent.Before(o.to) {
			return
		}
		isCounted := sent.After(o.from)
		if c == nil {
			c = dial(o.address)
			if isCounted {
				t.connected++
			}
		}
		next = (next + 1) % len(o.requests)
		status, retryAfter, err := c.ask(o.requests[next], o.to)
		ended := time.Now()
		// What has no answer at the end counts for nothing.
		if ended.After(o.to) {
			return
		}
		if err != nil {
			c.close()
			c = nil
		}
		if isCounted {
			switch {
			case err == nil && status == 200:
				t.accepted = append(t.accepted, ended.Sub(sent))
			case err == nil && (status == 503 || status == 429):
				t.refused = append(t.refused, ended.Sub(sent))
			default:
				t.failed++
			}
		}
		due = due.Add(period)
		if due.Before(ended) {
			due = ended
		}
		if o.obey && retryAfter > 0 {
			due = ended.Add(retryAfter)
		}
		if err != nil {
			due = due.Add(10 * time.Millisecond)
		}
	}
}

// A caller's connection.
type caller struct {
	connection net.Conn
	reader     *bufio.Reader
}

// dial returns nil where nobody accepts.
func dial(address string) *caller {
	connection, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return nil
	}
	return &caller{connection, bufio.NewReaderSize(connection, 16384)}
}

func (c *caller) close() {
	if c != nil {
		c.connection.Close()
	}
}

// ask sends a request and reads its answer, which has a length.
func (c *caller) ask(request []byte, to time.Time) (status int, retryAfter time.Duration, err error) {
	if c == nil {
		return 0, 0, io.ErrUnexpectedEOF
	}
	c.connection.SetDeadline(to.Add(time.Second))
	if _, err = c.connection.Write(request); err != nil {
		return
	}
	length := 0
	isFirst, closes := true, false
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			break
		}
		if isFirst {
			isFirst = false
			if len(line) < 12 {
				return 0, 0, io.ErrUnexpectedEOF
			}
			status, _ = strconv.Atoi(string(line[9:12]))
			continue
		}
		name, value, _ := strings.Cut(string(line[:len(line)-2]), ": ")
		switch strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.Atoi(value)
		case "retry-after":
			seconds, _ := strconv.Atoi(value)
			retryAfter = time.Duration(seconds) * time.Second
		case "connection":
			closes = value == "close"
		}
	}
	if _, err = c.reader.Discard(length); err != nil {
		return
	}
	if closes {
		c.close()
		connection, dialError := net.DialTimeout("tcp", c.connection.RemoteAddr().String(), timeout)
		if dialError != nil {
			return status, retryAfter, dialError
		}
		c.connection, c.reader = connection, bufio.NewReaderSize(connection, 16384)
	}
	return
}

func summarise(tallies []tally, seconds float64) report {
	r := report{Seconds: seconds}
	var accepted, refused []time.Duration
	for _, t := range tallies {
		accepted = append(accepted, t.accepted...)
		refused = append(refused, t.refused...)
		r.Failed += t.failed
		r.Connected += t.connected
	}
	r.Accepted, r.Refused = len(accepted), len(refused)
	r.P50Ms, r.P99Ms = quantile(accepted, 0.5), quantile(accepted, 0.99)
	r.RefusalP50Ms, r.RefusalP99Ms = quantile(refused, 0.5), quantile(refused, 0.99)
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	r.CPUSeconds = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
	return r
}

func quantile(durations []time.Duration, share float64) float64 {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	index := min(len(durations)-1, int(share*float64(len(durations))))
	return float64(durations[index]) / 1e6
}
