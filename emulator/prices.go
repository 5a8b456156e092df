package emulator

import (
	"bytes"
	_ "embed" // the price list
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// prices.csv lists what some machines have and cost. All of it is an example: see its first lines.
//
//go:embed data/prices.csv
var pricesCSV []byte

// regionGroups are those that the list has prices for, in the order of its columns.
var regionGroups = []string{"us", "eu", "other"}

// instance is a type of machine.
type instance struct {
	name, architecture string
	cores, gib         float64
	prices             map[string]price // by region group
}

// price is what a machine costs, in US dollars an hour.
type price struct{ onDemand, spot float64 }

// of is the price of a machine of one or the other kind.
func (p price) of(spot bool) float64 {
	if spot {
		return p.spot
	}
	return p.onDemand
}

// priceList are the machines of each cloud; the first of a cloud stands for those that are not listed.
var priceList = sync.OnceValues(func() (map[string][]instance, error) {
	lines := csv.NewReader(bytes.NewReader(pricesCSV))
	lines.Comment = '#'
	rows, err := lines.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("price list: %w", err)
	}
	list := map[string][]instance{}
	for _, row := range rows[1:] { // after the heading
		var numbers []float64
		for _, field := range row[3:] {
			number, err := strconv.ParseFloat(field, 64)
			if err != nil || number <= 0 {
				return nil, fmt.Errorf("price list: %s: %q is no amount", row[1], field)
			}
			numbers = append(numbers, number)
		}
		machine := instance{name: row[1], architecture: row[2], cores: numbers[0], gib: numbers[1], prices: map[string]price{}}
		for i, group := range regionGroups {
			machine.prices[group] = price{numbers[2+2*i], numbers[3+2*i]}
		}
		list[row[0]] = append(list[row[0]], machine)
	}
	return list, nil
})

// clouds are the names that the price list has for the clouds of clusters; others have the machines of the first.
var clouds = map[string]string{"gke": "gcp", "aks": "azure"}

// instances are the machines that a cluster can have; never none.
func (s *Server) instances(cluster *record) []instance {
	if list := s.prices[clouds[text(cluster.Doc, "providerType")]]; len(list) > 0 {
		return list
	}
	return s.prices["aws"]
}

// instance finds a type of machine. One that is not listed is priced by its cores, as the first of its cloud, or taken
// for that one if nothing is known of it.
func (s *Server) instance(cluster *record, name string, resources doc) instance {
	list := s.instances(cluster)
	if i := slices.IndexFunc(list, func(known instance) bool { return known.name == name }); i >= 0 {
		return list[i]
	}
	other := list[0]
	if milli := number(resources, "cpuCapacityMilli"); milli > 0 {
		cores := milli / 1000
		prices := map[string]price{}
		for group, known := range other.prices {
			prices[group] = price{known.onDemand * cores / other.cores, known.spot * cores / other.cores}
		}
		other.cores, other.gib, other.prices = cores, number(resources, "memCapacityMib")/1024, prices
	}
	other.name = name
	return other
}

// What the names of regions begin with: those of AWS, Google Cloud and Azure.
var (
	american = []string{"us-", "ca-", "northamerica-", "canada"}
	european = []string{"eu-", "europe", "uk", "france", "germany", "italy", "norway", "poland", "spain", "sweden", "switzerland"}
)

// regionGroup is the part of the world that a region of any cloud is in.
func regionGroup(region string) string {
	begins := func(word string) bool { return strings.HasPrefix(region, word) }
	switch {
	case slices.ContainsFunc(american, begins), strings.HasSuffix(strings.TrimRight(region, "0123456789"), "us"): // eastus2
		return "us"
	case slices.ContainsFunc(european, begins), strings.HasSuffix(region, "europe"): // westeurope
		return "eu"
	}
	return "other"
}

// price is what a machine of a type costs in the region of a cluster.
func (i instance) price(cluster *record) price {
	return i.prices[regionGroup(text(object(cluster.Doc, "region"), "name"))]
}
