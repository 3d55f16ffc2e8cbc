-- wrk script: each request exchanges the next subject token of a file whose lines all have one length.
--   TOKENS  the file      FROM  number of the first token to send      COUNT  after this many of the file, start over
--   TYPE    id_token, or access_token      RESOURCE  what for; https://api.bench.example by default
--   KEEP    a file to which the tokens that are answered are added, one a line
-- Prints one line at the end: requests, seconds, answers that were no success, lost connections, p50 and p99 in ms.
local client = "Basic " .. os.getenv("BASIC")
local before = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
  .. "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3A" .. (os.getenv("TYPE") or "id_token")
  .. "&resource=" .. (os.getenv("RESOURCE") or "https://api.bench.example"):gsub(":", "%%3A"):gsub("/", "%%2F") .. "&scope=read&subject_token="
local from, count = tonumber(os.getenv("FROM")), tonumber(os.getenv("COUNT"))
local file, width, at, head

function init()
  file = assert(io.open(os.getenv("TOKENS"), "r"))
  file:setvbuf("full", 65536)
  width = #file:read("*l") + 1
  file:seek("set", from * width)
  at = from
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Authorization"] = client
  -- everything but the token is the same in each request, so the length is, too
  local body = before .. string.rep("t", width - 1)
  local whole = wrk.format("POST", nil, nil, body)
  head = whole:sub(1, #whole - (width - 1))
end

function request()
  if at == count then
    file:seek("set")
    at = 0
  end
  at = at + 1
  return head .. file:read("*l")
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
