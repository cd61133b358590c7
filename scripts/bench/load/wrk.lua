-- Sends one request target, in absolute-form for a proxy, and prints one line of JSON.
-- Arguments: target, value of Host, average think time in milliseconds (0: none).
function init(args)
  wrk.path = args[1]
  wrk.headers["Host"] = args[2]
  wrk.headers["User-Agent"] = "bench/1"
  wrk.headers["Accept"] = "*/*"
  wrk.headers["Accept-Encoding"] = "gzip"
  local request = wrk.format()
  wrk.request = function() return request end
  local think = tonumber(args[3])
  if think > 0 then
    function delay() return math.random(0, 2 * think) end
  end
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format('{"requests":%d,"bytes":%d,"seconds":%f,"failed":%d,"latency":{"p50":%d,"p99":%d}}\n',
    summary.requests, summary.bytes, summary.duration / 1e6, failed, latency:percentile(50), latency:percentile(99)))
end
