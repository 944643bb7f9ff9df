import { expect, test } from 'vitest'
import { regionIn } from '../../../lib/adapter/aws-client.ts'
import { awsError } from '../../../lib/adapter/aws-error.ts'
import { CodedError } from '../../../lib/error.ts'

test.each([
  ['AccessDenied', 'not_permitted'],
  ['AccessDeniedException', 'not_permitted'],
  ['ExpiredTokenException', 'not_permitted'],
  ['CredentialsProviderError', 'not_permitted'],
  ['DecryptionFailure', 'not_permitted'],
  ['ResourceNotFoundException', 'invalid_config'],
  ['ParameterNotFound', 'invalid_config'],
  ['ThrottlingException', 'throttled'],
  ['TimeoutError', 'unavailable'],
  ['ServerException', 'unavailable'],
])('%s is %s, and names what was asked for', (name, code) => {
  const error = Object.assign(new Error('words of AWS'), { name })
  const message = `AWS: ssm:GetParameter of /creance/act: ${name}: words of AWS`
  expect(() => awsError('ssm:GetParameter of /creance/act')(error)).toThrow(expect.objectContaining({ code, message }))
})

test('an error that is ours already stays as it is', () => {
  const ours = new CodedError('throttled', 'wait')
  expect(() => awsError('x')(ours)).toThrow(ours)
})

test.each([
  ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:creance/act-AbCdEf', { region: 'eu-west-1' }],
  ['arn:aws-cn:ssm:cn-north-1:111122223333:parameter/creance/act', { region: 'cn-north-1' }],
  ['creance/act', {}],
  ['/creance/arn:aws:x', {}],
])('what %s names is in the region %j', (name, region) => {
  expect(regionIn(name)).toEqual(region)
})
