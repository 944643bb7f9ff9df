import { createServer } from 'node:http'

// Answers every request at once with an empty object, as DynamoDB does where there is nothing to tell; its port is the first line.
const server = createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})
