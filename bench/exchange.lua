-- wrk script: each request posts a form that ends with the next token of a file whose lines all have one length.
--   TOKENS  the file, none for a form that is whole      FROM  number of the first token to send
--   COUNT   after this many of the file, start over; 1: always the same token
--   FORM    the form up to the token; by default a token exchange of TYPE (id_token by default) for RESOURCE
--   DELAY   milliseconds that each connection waits before a request, on average: nothing to twice as long, at random
--   KEEP    a file to which the tokens that are answered are added, one a line
-- Prints one line at the end: requests, seconds, answers that were no success, lost connections, p50 and p99 in ms.
local client = "Basic " .. os.getenv("BASIC")
local before = os.getenv("FORM") or ("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
  .. "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3A" .. (os.getenv("TYPE") or "id_token")
  .. "&resource=" .. (os.getenv("RESOURCE") or "https://api.bench.example"):gsub(":", "%%3A"):gsub("/", "%%2F") .. "&scope=read&subject_token=")
local from, count = tonumber(os.getenv("FROM") or 0), tonumber(os.getenv("COUNT") or 1)
local file, at, head, constant

function init()
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Authorization"] = client
  local token = ""
  if os.getenv("TOKENS") then
    file = assert(io.open(os.getenv("TOKENS"), "r"))
    file:setvbuf("full", 65536)
    token = file:read("*l")
    file:seek("set", from * (#token + 1))
    at = from
  end
  -- everything but the token is the same in each request, so the length is, too
  local whole = wrk.format("POST", nil, nil, before .. token)
  head = whole:sub(1, #whole - #token)
  if count == 1 then constant = whole end
end

function request()
  if constant then return constant end
  if at == count then
    file:seek("set")
    at = 0
  end
  at = at + 1
  return head .. file:read("*l")
end

if os.getenv("DELAY") then
  local longest = 2 * tonumber(os.getenv("DELAY"))
  function delay() -- in whole milliseconds: the fraction decides how often it is one more
    return math.floor(math.random() * longest + math.random())
  end
end

if os.getenv("KEEP") then
  local kept = assert(io.open(os.getenv("KEEP"), "a"))
  function response(status, headers, body)
    local token = body:match('"access_token":"([^"]+)"')
    if token then kept:write(token, "\n") end
  end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %.3f %d %d %.2f %.2f", summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
