package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"
)

const (
	stationCQL = `SELECT station_id, name, elevation, latitude, longitude FROM stations
  WHERE tenant_id = ? AND station_id = ?`
	observationsCQL = `SELECT observed_at, temperature, pressure, wind FROM observations
  WHERE tenant_id = ? AND station_id = ? AND month = ?`
	betweenCQL = observationsCQL + ` AND observed_at >= ? AND observed_at < ?`
	insertCQL  = `INSERT INTO observations
  (tenant_id, station_id, month, observed_at, temperature, pressure, wind)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
)

type station struct {
	StationID string  `json:"station_id"`
	Name      string  `json:"name"`
	Elevation float64 `json:"elevation"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type observation struct {
	ObservedAt  time.Time `json:"observed_at" validate:"required"`
	Temperature *float64  `json:"temperature" validate:"required"`
	Pressure    *float64  `json:"pressure" validate:"required"`
	Wind        *float64  `json:"wind" validate:"required"`
}

type page struct {
	Items      []observation `json:"items"`
	NextCursor string        `json:"next_cursor,omitempty"`
}

func connect(contactPoints, datacenter, keyspace string) (*gocql.Session, error) {
	var hosts []string
	port := 9042
	for _, point := range strings.Split(contactPoints, ",") {
		host, text, err := net.SplitHostPort(point)
		if err != nil {
			return nil, fmt.Errorf("contact point %q: %w", point, err)
		}
		if port, err = strconv.Atoi(text); err != nil {
			return nil, err
		}
		hosts = append(hosts, host)
	}
	cluster := gocql.NewCluster(hosts...)
	cluster.Port = port
	cluster.Keyspace = keyspace
	cluster.ProtoVersion = 4
	cluster.Consistency = gocql.LocalQuorum
	cluster.DefaultIdempotence = true
	cluster.PoolConfig.HostSelectionPolicy = gocql.TokenAwareHostPolicy(
		gocql.DCAwareRoundRobinPolicy(datacenter),
	)
	return cluster.CreateSession()
}

func readStation(ctx context.Context, s *gocql.Session, tenant, id string) (station, error) {
	var row station
	err := s.Query(stationCQL, tenant, id).ScanContext(ctx,
		&row.StationID, &row.Name, &row.Elevation, &row.Latitude, &row.Longitude)
	return row, err
}

func readPage(
	ctx context.Context, s *gocql.Session, key [3]string, limit int, cursor []byte,
) ([]observation, []byte, error) {
	iter := s.Query(observationsCQL, key[0], key[1], key[2]).
		PageSize(limit).PageState(cursor).IterContext(ctx)
	next := iter.PageState()
	rows := make([]observation, 0, iter.NumRows())
	scanner := iter.Scanner()
	for len(rows) < cap(rows) && scanner.Next() {
		var row observation
		err := scanner.Scan(&row.ObservedAt, &row.Temperature, &row.Pressure, &row.Wind)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return rows, next, iter.Close()
}

func insertObservation(ctx context.Context, s *gocql.Session, key [2]string, o observation) error {
	month := o.ObservedAt.UTC().Format("2006-01")
	return s.Query(insertCQL, key[0], key[1], month,
		o.ObservedAt, *o.Temperature, *o.Pressure, *o.Wind).ExecContext(ctx)
}

// eachBetween gives the rows of a range of time, newest first, month by month.
func eachBetween(
	ctx context.Context, s *gocql.Session, key [2]string, since, until time.Time,
	give func(observation) error,
) error {
	for _, month := range monthsBetween(since, until) {
		scanner := s.Query(betweenCQL, key[0], key[1], month, since, until).
			PageSize(1_000).IterContext(ctx).Scanner()
		for scanner.Next() {
			var row observation
			err := scanner.Scan(&row.ObservedAt, &row.Temperature, &row.Pressure, &row.Wind)
			if err != nil {
				return err
			}
			if err := give(row); err != nil {
				return err
			}
		}
		if err := scanner.Err(); err != nil {
			return err
		}
	}
	return nil
}

func monthsBetween(since, until time.Time) []string {
	var months []string
	last := until.Add(-1).UTC()
	first := time.Date(since.UTC().Year(), since.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	month := time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC)
	for ; !month.Before(first); month = month.AddDate(0, -1, 0) {
		months = append(months, month.Format("2006-01"))
	}
	return months
}
