import { dynamoStore } from '../../lib/adapter/dynamodb.ts'
import { startDynamo } from '../support/aws.ts'
import { storeContract } from './store.ts'

storeContract('DynamoDB (dynalite)', async () => {
  const dynamo = await startDynamo('creance')
  return { make: (clock) => dynamoStore(dynamo.client, { table: 'creance', clock }), stop: dynamo.stop }
})
