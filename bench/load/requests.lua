-- For wrk: sends the requests of a file in turn, each with the next token of another file, and prints
-- what it measured as one line of JSON.
--
--     wrk … -s requests.lua URL -- REQUESTS_FILE TOKENS_FILE

local requests = {}
local position = 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  local tokens = {}
  for token in io.lines(args[2]) do tokens[#tokens + 1] = token end
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%u+) (%S+) ?(.*)$")
    local headers = { ["Authorization"] = "Bearer " .. tokens[#requests % #tokens + 1] }
    if body == "" then
      body = nil
    else
      headers["Content-Type"] = "application/json"
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  -- Threads begin at different places.
  position = (thread_number - 1) * 997 % #requests
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"seconds":%.6f,"requests":%d,"errors":%d,"p50":%.3f,"p99":%.3f,"p999":%.3f}\n',
    summary.duration / 1e6,
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    latency:percentile(99.9) / 1e3
  ))
end
