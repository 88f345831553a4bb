package usher

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/internal/token"
	"github.com/usher-id/usher/sdk/go/policy"
)

// digest is the SHA-256 of a token. Tokens themselves are not kept.
type digest = [sha256.Size]byte

// buffers for tokens while they are hashed.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func digestOf(raw string) digest {
	buffer := buffers.Get().(*[]byte)
	*buffer = append((*buffer)[:0], raw...)
	sum := sha256.Sum256(*buffer)
	clear(*buffer)
	buffers.Put(buffer)
	return sum
}

// verified is a token whose signature and claims were verified.
type verified struct {
	claims *token.Claims
	asked  revocation.Token  // for the revocation list
	user   policy.Attributes // for the access rules; not changed

	activeAt atomic.Int64 // when introspection said active, in seconds since the epoch

	refused *token.Refusal // its client is of another project
	until   int64

	key          digest
	newer, older *verified
}

// cache holds the tokens that were used last.
type cache struct {
	mutex          sync.Mutex
	max            int
	entries        map[digest]*verified
	newest, oldest *verified
}

func newCache(max int) *cache { return &cache{max: max, entries: map[digest]*verified{}} }

func (c *cache) get(key digest) *verified {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	v := c.entries[key]
	if v != nil && v != c.newest {
		c.unlink(v)
		c.link(v)
	}
	return v
}

func (c *cache) put(v *verified) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if old := c.entries[v.key]; old != nil {
		c.unlink(old)
	}
	c.entries[v.key] = v
	c.link(v)
	if len(c.entries) > c.max {
		c.drop(c.oldest)
	}
}

// remove deletes a token.
func (c *cache) remove(key digest) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if v := c.entries[key]; v != nil {
		c.drop(v)
	}
}

func (c *cache) drop(v *verified) {
	c.unlink(v)
	delete(c.entries, v.key)
}

func (c *cache) link(v *verified) {
	v.older, v.newer = c.newest, nil
	if c.newest != nil {
		c.newest.newer = v
	}
	c.newest = v
	if c.oldest == nil {
		c.oldest = v
	}
}

func (c *cache) unlink(v *verified) {
	if v.newer != nil {
		v.newer.older = v.older
	} else {
		c.newest = v.older
	}
	if v.older != nil {
		v.older.newer = v.newer
	} else {
		c.oldest = v.newer
	}
	v.newer, v.older = nil, nil
}
