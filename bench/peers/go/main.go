// The Go peer: what a good engineer writes by hand with chi, slog, golang-jwt, validator, client_golang and
// gocql, with the features that the gateway has on these routes.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-playground/validator/v10"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	ndjson        = "application/x-ndjson"
	importsAtOnce = 256
)

var monthPattern = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])$`)

type server struct {
	session  *gocql.Session
	validate *validator.Validate
}

func main() {
	logger := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if err := run(logger); err != nil {
		logger.Error("cannot serve", "cause", err)
		os.Exit(1)
	}
}

func run(logger *slog.Logger) error {
	session, err := connect(os.Getenv("CASSANDRA_CONTACT_POINTS"),
		os.Getenv("CASSANDRA_LOCAL_DATACENTER"), os.Getenv("CASSANDRA_KEYSPACE"))
	if err != nil {
		return err
	}
	defer session.Close()
	tokens, err := newVerifier(
		os.Getenv("JWT_JWKS_FILE"), os.Getenv("OIDC_ISSUER"), os.Getenv("OIDC_AUDIENCE"))
	if err != nil {
		return err
	}
	s := &server{session: session, validate: validator.New()}
	routes := chi.NewRouter()
	routes.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, map[string]string{"status": "ready"})
	})
	routes.Method(http.MethodGet, "/metrics", promhttp.Handler())
	routes.Group(func(api chi.Router) {
		api.Use(observe(logger))
		api.With(tokens.require("stations:read")).Get("/stations/{station_id}", s.getStation)
		api.With(tokens.require("observations:read")).
			Get("/stations/{station_id}/observations/{month}", s.listObservations)
		api.With(tokens.require("observations:read")).
			Get("/stations/{station_id}/observations", s.exportObservations)
		api.With(tokens.require("observations:write")).
			Post("/stations/{station_id}/observations", s.recordObservations)
	})
	address := net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT"))
	return (&http.Server{Addr: address, Handler: routes}).ListenAndServe()
}

func (s *server) getStation(w http.ResponseWriter, r *http.Request) {
	row, err := readStation(r.Context(), s.session, tenantOf(r), chi.URLParam(r, "station_id"))
	if errors.Is(err, gocql.ErrNotFound) {
		problem(w, http.StatusNotFound)
		return
	}
	if err != nil {
		problem(w, http.StatusInternalServerError)
		return
	}
	writeJSON(w, row)
}

func (s *server) listObservations(w http.ResponseWriter, r *http.Request) {
	month := chi.URLParam(r, "month")
	query := r.URL.Query()
	limit := 500
	if text := query.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 1_000 {
			problem(w, http.StatusBadRequest)
			return
		}
	}
	cursor, err := hex.DecodeString(query.Get("cursor"))
	if err != nil || !monthPattern.MatchString(month) {
		problem(w, http.StatusBadRequest)
		return
	}
	key := [3]string{tenantOf(r), chi.URLParam(r, "station_id"), month}
	rows, next, err := readPage(r.Context(), s.session, key, limit, cursor)
	if err != nil {
		problem(w, http.StatusInternalServerError)
		return
	}
	writeJSON(w, page{Items: rows, NextCursor: hex.EncodeToString(next)})
}

func (s *server) exportObservations(w http.ResponseWriter, r *http.Request) {
	since, err := time.Parse(time.RFC3339, r.URL.Query().Get("since"))
	until, err2 := time.Parse(time.RFC3339, r.URL.Query().Get("until"))
	if err != nil || err2 != nil {
		problem(w, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", ndjson)
	buffered := bufio.NewWriterSize(w, 64<<10)
	encoder := json.NewEncoder(buffered)
	key := [2]string{tenantOf(r), chi.URLParam(r, "station_id")}
	err = eachBetween(r.Context(), s.session, key, since, until, func(row observation) error {
		return encoder.Encode(row)
	})
	if err != nil {
		// The answer has begun: breaking it off is all that tells its reader.
		panic(http.ErrAbortHandler)
	}
	buffered.Flush()
}

func (s *server) recordObservations(w http.ResponseWriter, r *http.Request) {
	key := [2]string{tenantOf(r), chi.URLParam(r, "station_id")}
	if r.Header.Get("Content-Type") == ndjson {
		writeJSON(w, map[string]any{"summary": s.importLines(r, key)})
		return
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	var new observation
	if decoder.Decode(&new) != nil || s.validate.Struct(&new) != nil {
		problem(w, http.StatusBadRequest)
		return
	}
	if err := insertObservation(r.Context(), s.session, key, new); err != nil {
		problem(w, http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// importLines writes each line by a statement of its own, many of them at once.
func (s *server) importLines(r *http.Request, key [2]string) map[string]int64 {
	lines := make(chan []byte, importsAtOnce)
	var written, failed atomic.Int64
	var group sync.WaitGroup
	for range importsAtOnce {
		group.Go(func() {
			for line := range lines {
				var new observation
				if json.Unmarshal(line, &new) != nil || s.validate.Struct(&new) != nil ||
					insertObservation(r.Context(), s.session, key, new) != nil {
					failed.Add(1)
					continue
				}
				written.Add(1)
			}
		})
	}
	var read int64
	scanner := bufio.NewScanner(r.Body)
	for scanner.Scan() {
		read++
		lines <- append([]byte(nil), scanner.Bytes()...)
	}
	close(lines)
	group.Wait()
	return map[string]int64{"read": read, "written": written.Load(), "failed": failed.Load()}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	// The answer has begun: there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(value)
}

func problem(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]int{"status": status})
}
